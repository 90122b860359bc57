{{/* The dag-processor container: (dict "root" $ "component" "scheduler"), the component being the pod it runs in. */}}
{{- define "airflow-control-plane.dagProcessor" -}}
- name: dag-processor
  args: [airflow, dag-processor]
  startupProbe:
    {{- include "airflow-control-plane.startupProbe" (dict "job" "DagProcessorJob") | nindent 4 }}
  livenessProbe:
    {{- include "airflow-control-plane.livenessProbe" (dict "job" "DagProcessorJob") | nindent 4 }}
  resources:
    {{- toYaml .root.Values.dagProcessor.resources | nindent 4 }}
  {{- include "airflow-control-plane.airflowContainer" . | nindent 2 }}
{{- end }}
