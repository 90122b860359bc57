{{/* The environment of every Airflow container. Secrets come by reference; the rest of the configuration is airflow.cfg. */}}
{{- define "airflow-control-plane.airflowEnv" -}}
{{ include "airflow-control-plane.generatorEnv" . }}
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
# The image's entry point would start a whole Airflow just to see whether the database answers.
- name: CONNECTION_CHECK_MAX_COUNT
  value: "0"
# A signal reaches the scheduler alone: the jobs it runs may end in peace.
- name: DUMB_INIT_SETSID
  value: "0"
{{- with .Values.airflow.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* How Airflow reaches its database. */}}
{{- define "airflow-control-plane.databaseEnv" -}}
{{- if .Values.postgresql.enabled -}}
- name: POSTGRES_PASSWORD
  valueFrom:
    secretKeyRef:
      {{- include "airflow-control-plane.secretKeyRef" (dict "root" . "entry" "postgresqlPassword") | nindent 6 }}
- name: AIRFLOW__DATABASE__SQL_ALCHEMY_CONN
  value: postgresql+psycopg2://airflow:$(POSTGRES_PASSWORD)@{{ .Release.Name }}-postgresql:5432/airflow
{{- else -}}
- name: AIRFLOW__DATABASE__SQL_ALCHEMY_CONN
  valueFrom:
    secretKeyRef:
      {{- include "airflow-control-plane.secretKeyRef" (dict "root" . "entry" "database") | nindent 6 }}
{{- end }}
{{- end }}

{{/* The fields that all Airflow containers share: (dict "root" $ "component" "scheduler"). */}}
{{- define "airflow-control-plane.airflowContainer" -}}
{{- $pod := include "airflow-control-plane.podSettings" . | fromYaml -}}
image: {{ include "airflow-control-plane.image" .root }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  {{- include "airflow-control-plane.containerSecurityContext" . | nindent 2 }}
env:
  {{- include "airflow-control-plane.airflowEnv" .root | nindent 2 }}
{{- with .root.Values.airflow.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  {{- include "airflow-control-plane.airflowMounts" .root | nindent 2 }}
  {{- with $pod.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{/* The mounts of an Airflow container. Nothing is writable but the logs and /tmp. */}}
{{- define "airflow-control-plane.airflowMounts" -}}
{{ include "airflow-control-plane.generatorMounts" . }}
- name: scripts
  mountPath: {{ include "airflow-control-plane.mountPath" "podScripts" }}
  readOnly: true
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
- name: logs
  mountPath: {{ include "airflow-control-plane.mountPath" "logs" }}
- name: tmp
  mountPath: {{ include "airflow-control-plane.mountPath" "tmp" }}
  subPath: airflow
{{- end }}

{{/* The volumes of an Airflow pod: (dict "root" $ "component" "scheduler"). */}}
{{- define "airflow-control-plane.airflowVolumes" -}}
{{- $pod := include "airflow-control-plane.podSettings" . | fromYaml -}}
{{- with .root -}}
{{ include "airflow-control-plane.generatorVolumes" . }}
- name: scripts
  configMap:
    name: {{ .Release.Name }}-scripts
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
