{{/* The volume with the password of the first user; nothing if the chart does not create that user. */}}
{{- define "airflow-control-plane.adminPasswordVolume" -}}
{{- if .Values.admin.create -}}
- name: admin-password
  secret:
    secretName: {{ include "airflow-control-plane.secretName" (dict "root" . "entry" "adminPassword") }}
    defaultMode: 0440
{{- end }}
{{- end }}

{{/* The mount of that volume; nothing if the chart does not create the user. */}}
{{- define "airflow-control-plane.adminPasswordMount" -}}
{{- if .Values.admin.create -}}
- name: admin-password
  mountPath: {{ include "airflow-control-plane.mountPath" "adminPassword" }}
  readOnly: true
{{- end }}
{{- end }}

{{/* The file in that mount which holds the password. */}}
{{- define "airflow-control-plane.adminPasswordFile" -}}
{{ include "airflow-control-plane.mountPath" "adminPassword" }}/{{ .Values.secrets.adminPassword.key }}
{{- end }}
