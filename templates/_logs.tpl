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
  command: [python, /opt/airflow-scripts/prune_logs.py, /opt/airflow/logs, --days, {{ .Values.logs.retentionDays | quote }}]
  securityContext:
    {{- include "airflow-control-plane.containerSecurityContext" . | nindent 4 }}
  env:
    - name: PYTHONUNBUFFERED
      value: "1"
  resources:
    {{- toYaml .Values.logs.resources | nindent 4 }}
  volumeMounts:
    - name: scripts
      mountPath: /opt/airflow-scripts
      readOnly: true
    - name: logs
      mountPath: /opt/airflow/logs
{{- end }}
