{{/* What a probe asks. (dict "path" "/health" "port" "health") asks over HTTP, (dict "job" "DagProcessorJob") looks for
     a recent heartbeat in the database. The three probes below take the same argument. */}}
{{- define "airflow-control-plane.probeHandler" -}}
{{- if .job -}}
exec:
  command: [python, {{ include "airflow-control-plane.podScript" "heartbeat.py" }}, {{ .job }}]
{{- else -}}
httpGet:
  path: {{ .path }}
  port: {{ .port }}
{{- end }}
{{- end }}

{{/* A startup probe that allows five minutes. */}}
{{- define "airflow-control-plane.startupProbe" -}}
{{ include "airflow-control-plane.probeHandler" . }}
periodSeconds: 5
timeoutSeconds: 20
failureThreshold: 60
{{- end }}

{{/* A liveness probe that restarts the container after it has failed for two and a half minutes. */}}
{{- define "airflow-control-plane.livenessProbe" -}}
{{ include "airflow-control-plane.probeHandler" . }}
periodSeconds: 30
timeoutSeconds: 20
failureThreshold: 5
{{- end }}

{{/* A readiness probe. */}}
{{- define "airflow-control-plane.readinessProbe" -}}
{{ include "airflow-control-plane.probeHandler" . }}
periodSeconds: 10
timeoutSeconds: 10
failureThreshold: 3
{{- end }}
