{{/* The fields that every container of the Airflow image has. The caller adds its own beside them: env, volumeMounts, ... */}}
{{- define "airflow-control-plane.containerFields" -}}
image: {{ include "airflow-control-plane.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  {{- include "airflow-control-plane.containerSecurityContext" . | nindent 2 }}
{{- end }}

{{/* The environment variables that every container of the Airflow image has: where the DAG files and the packages are. */}}
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
