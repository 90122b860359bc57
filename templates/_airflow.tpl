{{/* The environment of every Airflow container. Secrets are references; all other configuration is in airflow.cfg. */}}
{{- define "airflow-control-plane.airflowEnv" -}}
{{ include "airflow-control-plane.jobEnv" . }}
- name: AIRFLOW__CORE__FERNET_KEY
  valueFrom:
    secretKeyRef:
      {{- include "airflow-control-plane.secretKeyRef" (dict "root" . "entry" "fernetKey") | nindent 6 }}
- name: AIRFLOW__API_AUTH__JWT_SECRET
  valueFrom:
    secretKeyRef:
      {{- include "airflow-control-plane.secretKeyRef" (dict "root" . "entry" "jwtSecret") | nindent 6 }}
- name: AIRFLOW__API__SECRET_KEY
  valueFrom:
    secretKeyRef:
      {{- include "airflow-control-plane.secretKeyRef" (dict "root" . "entry" "apiSecretKey") | nindent 6 }}
{{ include "airflow-control-plane.databaseEnv" . }}
# By default the image's entry point starts a whole Airflow process only to check the database connection.
- name: CONNECTION_CHECK_MAX_COUNT
  value: "0"
# Signals go to the scheduler only, so that the jobs it runs can finish.
- name: DUMB_INIT_SETSID
  value: "0"
{{- with .Values.airflow.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The environment variables with the address of Airflow's database. */}}
{{- define "airflow-control-plane.databaseEnv" -}}
{{- if .Values.postgresql.enabled -}}
- name: POSTGRES_PASSWORD
  valueFrom:
    secretKeyRef:
      {{- include "airflow-control-plane.secretKeyRef" (dict "root" . "entry" "postgresqlPassword") | nindent 6 }}
- name: AIRFLOW__DATABASE__SQL_ALCHEMY_CONN
  value: postgresql+psycopg2://airflow:$(POSTGRES_PASSWORD)@{{ .Release.Name }}-postgresql:{{ include "airflow-control-plane.port" "postgresql" }}/airflow
{{- else -}}
- name: AIRFLOW__DATABASE__SQL_ALCHEMY_CONN
  valueFrom:
    secretKeyRef:
      {{- include "airflow-control-plane.secretKeyRef" (dict "root" . "entry" "database") | nindent 6 }}
{{- end }}
{{- end }}

{{/* The fields that all Airflow containers have: (dict "root" $ "component" "scheduler"), where the component is that
     of the pod. "mounts" is optional: YAML text with more items for volumeMounts. */}}
{{- define "airflow-control-plane.airflowContainerFields" -}}
{{- $pod := include "airflow-control-plane.podSettings" . | fromYaml -}}
{{ include "airflow-control-plane.containerFields" .root }}
env:
  {{- include "airflow-control-plane.airflowEnv" .root | nindent 2 }}
{{- with .root.Values.airflow.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  {{- include "airflow-control-plane.airflowMounts" .root | nindent 2 }}
  {{- with .mounts }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- with $pod.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{/* The mounts of an Airflow container. Only the logs and /tmp are writable. */}}
{{- define "airflow-control-plane.airflowMounts" -}}
{{ include "airflow-control-plane.generatorMounts" . }}
{{ include "airflow-control-plane.podScriptsMount" . }}
- name: config
  mountPath: {{ include "airflow-control-plane.mountPath" "airflowConfig" }}
  subPath: airflow.cfg
  readOnly: true
{{- if .Values.webserver.config }}
- name: config
  mountPath: {{ include "airflow-control-plane.mountPath" "webserverConfig" }}
  subPath: webserver_config.py
  readOnly: true
{{- end }}
{{- with include "airflow-control-plane.packagesMount" . }}
{{ . }}
{{- end }}
- name: dags
  mountPath: {{ .Values.dags.dir }}
  readOnly: true
{{ include "airflow-control-plane.logsMount" . }}
- name: tmp
  mountPath: {{ include "airflow-control-plane.mountPath" "tmp" }}
  subPath: airflow
{{- end }}

{{/* The volumes of an Airflow pod: (dict "root" $ "component" "scheduler"). The admin password is not among them. */}}
{{- define "airflow-control-plane.airflowVolumes" -}}
{{- $pod := include "airflow-control-plane.podSettings" . | fromYaml -}}
{{- with .root -}}
{{ include "airflow-control-plane.generatorVolumes" . }}
- name: pod-scripts
  configMap:
    name: {{ .Release.Name }}-pod-scripts
- name: config
  configMap:
    name: {{ .Release.Name }}-config
{{- with include "airflow-control-plane.packagesVolume" . }}
{{ . }}
{{- end }}
- name: dags
  emptyDir:
    sizeLimit: {{ .Values.dags.sizeLimit }}
- name: tmp
  emptyDir:
    sizeLimit: 1Gi
{{ include "airflow-control-plane.logsVolume" . }}
{{- end }}
{{- with $pod.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}
