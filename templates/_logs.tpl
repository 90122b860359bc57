{{/* The claim for the task logs. */}}
{{- define "airflow-control-plane.logsClaim" -}}
{{ .Values.logs.persistence.existingClaim | default (printf "%s-logs" .Release.Name) }}
{{- end }}

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

{{/* The mount of that volume. */}}
{{- define "airflow-control-plane.logsMount" -}}
- name: logs
  mountPath: {{ include "airflow-control-plane.mountPath" "logs" }}
{{- end }}

{{/* The container that deletes old logs. */}}
{{- define "airflow-control-plane.logRetentionContainer" -}}
- name: log-retention
  command:
    - python
    - {{ include "airflow-control-plane.podScript" "prune_logs.py" }}
    - {{ include "airflow-control-plane.mountPath" "logs" }}
    - --days
    - {{ .Values.logs.retentionDays | quote }}
  {{- include "airflow-control-plane.containerFields" . | nindent 2 }}
  env:
    {{- include "airflow-control-plane.commonEnv" . | nindent 4 }}
  resources:
    {{- toYaml .Values.logs.resources | nindent 4 }}
  volumeMounts:
    {{- include "airflow-control-plane.podScriptsMount" . | nindent 4 }}
    {{- include "airflow-control-plane.logsMount" . | nindent 4 }}
{{- end }}
