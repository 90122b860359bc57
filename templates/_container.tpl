{{/* The environment of every container that runs the Airflow image: where the DAG files and the packages are. */}}
{{- define "airflow-control-plane.commonEnv" -}}
- name: AIRFLOW_DAGS_DIR
  value: {{ .Values.dags.dir }}
- name: AIRFLOW__CORE__DAGS_FOLDER
  value: {{ .Values.dags.dir }}
- name: ETL_PACKAGES_ROOT
  value: {{ include "airflow-control-plane.packageRoots" . | fromYamlArray | join ":" | quote }}
- name: PYTHONDONTWRITEBYTECODE
  value: "1"
- name: PYTHONUNBUFFERED
  value: "1"
{{- end }}
