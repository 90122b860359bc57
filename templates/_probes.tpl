{{/* How a probe asks: over HTTP for (dict "path" "/health" "port" "health"), by a heartbeat in the database for (dict "job" "DagProcessorJob"). */}}
{{- define "airflow-control-plane.probeHandler" -}}
{{- if .job -}}
exec:
  command: [python, {{ include "airflow-control-plane.mountPath" "podScripts" }}/heartbeat.py, {{ .job }}]
{{- else -}}
httpGet:
  path: {{ .path }}
  port: {{ .port }}
{{- end }}
{{- end }}

{{/* A start-up probe that gives five minutes. */}}
{{- define "airflow-control-plane.startupProbe" -}}
{{ include "airflow-control-plane.probeHandler" . }}
periodSeconds: 5
timeoutSeconds: 20
failureThreshold: 60
{{- end }}

{{/* A liveness probe that restarts after two and a half bad minutes. */}}
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
