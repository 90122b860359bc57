{{/* The generator as ConfigMap data: its modules, and the command that runs it. */}}
{{- define "airflow-control-plane.generatorFiles" -}}
{{ include "airflow-control-plane.treeData" (dict "root" . "folder" "generator" "pattern" "airflow_control_plane/**.py") }}
airflow-control-plane: |
  {{- .Files.Get "files/airflow-control-plane.py" | nindent 2 }}
{{- end }}

{{/* The volumes of the generator: its code as a Python package, and its settings. */}}
{{- define "airflow-control-plane.generatorVolumes" -}}
- name: generator
  configMap:
    name: {{ .Release.Name }}-generator
    items:
      - {key: airflow-control-plane, path: bin/airflow-control-plane, mode: 0555}
      {{- include "airflow-control-plane.treeItems" (dict "root" . "folder" "generator" "pattern" "airflow_control_plane/**.py") | nindent 6 }}
- name: generator-settings
  configMap:
    name: {{ .Release.Name }}-generator-settings
{{- end }}

{{/* The mounts of the generator's code. A pod cannot extend the image's PATH, so the command is mounted into a folder
     that PATH contains. */}}
{{- define "airflow-control-plane.generatorMounts" -}}
- name: generator
  mountPath: {{ include "airflow-control-plane.mountPath" "generator" }}
  readOnly: true
- name: generator
  mountPath: {{ include "airflow-control-plane.mountPath" "generatorCommand" }}
  subPath: bin/airflow-control-plane
  readOnly: true
{{- end }}

{{/* The environment in which jobs are found and run, the same for the generator and for Airflow. */}}
{{- define "airflow-control-plane.jobEnv" -}}
{{ include "airflow-control-plane.commonEnv" . }}
- name: ETL_PYTHON_PATH
  value: {{ join ":" .Values.packages.pythonPath | quote }}
- name: PYTHONPATH
  value: {{ include "airflow-control-plane.mountPath" "generator" }}
{{- end }}

{{/* The fields that the init container and the sidecar of the generator share. */}}
{{- define "airflow-control-plane.generatorContainerFields" -}}
{{ include "airflow-control-plane.containerFields" . }}
env:
  {{- include "airflow-control-plane.jobEnv" . | nindent 2 }}
  - name: AIRFLOW_CONTROL_PLANE_SETTINGS
    value: {{ include "airflow-control-plane.mountPath" "generatorSettings" }}/settings.json
  - name: AIRFLOW_CONTROL_PLANE_LOG_FORMAT
    value: {{ .Values.sync.logFormat }}
resources:
  {{- toYaml .Values.sync.resources | nindent 2 }}
volumeMounts:
  {{- include "airflow-control-plane.generatorMounts" . | nindent 2 }}
  - name: generator-settings
    mountPath: {{ include "airflow-control-plane.mountPath" "generatorSettings" }}
    readOnly: true
  {{- with include "airflow-control-plane.packagesMount" . }}
  {{- . | nindent 2 }}
  {{- end }}
  - name: dags
    mountPath: {{ .Values.dags.dir }}
  - name: tmp
    mountPath: {{ include "airflow-control-plane.mountPath" "tmp" }}
    subPath: dag-sync
{{- end }}

{{/* The init container that fills the DAG folder. If it fails, the old pod keeps running. */}}
{{- define "airflow-control-plane.dagSyncInitContainer" -}}
- name: dag-sync
  command: [airflow-control-plane, sync, --once]
  {{- include "airflow-control-plane.generatorContainerFields" . | nindent 2 }}
{{- end }}

{{/* The sidecar that keeps the DAG folder up to date. */}}
{{- define "airflow-control-plane.dagSyncContainer" -}}
- name: dag-sync-sidecar
  command: [airflow-control-plane, sync, --status-host, 0.0.0.0]
  ports:
    - {name: dag-sync, containerPort: {{ include "airflow-control-plane.port" "dagSync" }}}
  startupProbe:
    {{- include "airflow-control-plane.startupProbe" (dict "path" "/healthz" "port" "dag-sync") | nindent 4 }}
  livenessProbe:
    {{- include "airflow-control-plane.livenessProbe" (dict "path" "/healthz" "port" "dag-sync") | nindent 4 }}
  readinessProbe:
    {{- include "airflow-control-plane.readinessProbe" (dict "path" "/healthz" "port" "dag-sync") | nindent 4 }}
  {{- include "airflow-control-plane.generatorContainerFields" . | nindent 2 }}
{{- end }}
