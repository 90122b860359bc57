{{/* The mount of files/pod-scripts. */}}
{{- define "airflow-control-plane.podScriptsMount" -}}
- name: pod-scripts
  mountPath: {{ include "airflow-control-plane.mountPath" "podScripts" }}
  readOnly: true
{{- end }}

{{/* The path of one of these scripts: include "airflow-control-plane.podScript" "migrate.py". */}}
{{- define "airflow-control-plane.podScript" -}}
{{ include "airflow-control-plane.mountPath" "podScripts" }}/{{ . }}
{{- end }}
