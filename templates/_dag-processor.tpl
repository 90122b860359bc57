{{/* The component whose pods run the dag-processor. Only one pod may: two that see different DAG folders would mark
     each other's DAGs as stale. So it runs in the scheduler's pod if there is one, otherwise in a pod of its own. */}}
{{- define "airflow-control-plane.dagProcessorHome" -}}
{{ gt (int .Values.scheduler.replicas) 1 | ternary "dag-processor" "scheduler" }}
{{- end }}

{{/* The container of the dag-processor: (dict "root" $ "component" "scheduler"), with the component of its pod. */}}
{{- define "airflow-control-plane.dagProcessorContainer" -}}
- name: dag-processor
  args: [airflow, dag-processor]
  startupProbe:
    {{- include "airflow-control-plane.startupProbe" (dict "job" "DagProcessorJob") | nindent 4 }}
  livenessProbe:
    {{- include "airflow-control-plane.livenessProbe" (dict "job" "DagProcessorJob") | nindent 4 }}
  resources:
    {{- toYaml .root.Values.dagProcessor.resources | nindent 4 }}
  {{- include "airflow-control-plane.airflowContainerFields" . | nindent 2 }}
{{- end }}
