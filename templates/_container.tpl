{{/* The fields that every container of the Airflow image has. */}}
{{- define "airflow-control-plane.containerFields" -}}
image: {{ include "airflow-control-plane.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  {{- include "airflow-control-plane.containerSecurityContext" . | nindent 2 }}
{{- end }}

{{/* The environment that every container of the Airflow image has, so that all know the DAG folder and the packages. */}}
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
