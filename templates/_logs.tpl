{{/* The volume of the task logs. */}}
{{- define "airflow-control-plane.logsVolume" -}}
- name: logs
  {{- if .Values.logs.persistence.enabled }}
  persistentVolumeClaim:
    claimName: {{ include "airflow-control-plane.logsClaim" . }}
  {{- else }}
  emptyDir:
    sizeLimit: {{ .Values.logs.sizeLimit }}
  {{- end }}
{{- end }}

{{/* The container that removes old logs. */}}
{{- define "airflow-control-plane.logRetention" -}}
- name: log-retention
  image: {{ include "airflow-control-plane.image" . }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  command: [python, {{ include "airflow-control-plane.mountPath" "podScripts" }}/prune_logs.py, {{ include "airflow-control-plane.mountPath" "logs" }}, --days, {{ .Values.logs.retentionDays | quote }}]
  securityContext:
    {{- include "airflow-control-plane.containerSecurityContext" . | nindent 4 }}
  env:
    {{- include "airflow-control-plane.commonEnv" . | nindent 4 }}
  resources:
    {{- toYaml .Values.logs.resources | nindent 4 }}
  volumeMounts:
    - name: scripts
      mountPath: {{ include "airflow-control-plane.mountPath" "podScripts" }}
      readOnly: true
    - name: logs
      mountPath: {{ include "airflow-control-plane.mountPath" "logs" }}
{{- end }}
