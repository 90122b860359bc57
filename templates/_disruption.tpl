{{/* A PodDisruptionBudget for a component with several replicas, so that a drain evicts them one by one:
     (dict "root" $ "component" "webserver" "replicas" 2). Nothing for one replica, which a budget cannot protect. */}}
{{- define "airflow-control-plane.disruptionBudget" -}}
{{- if gt (int .replicas) 1 -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "airflow-control-plane.metadata" . | nindent 2 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      {{- include "airflow-control-plane.selectorLabels" . | nindent 6 }}
{{- end }}
{{- end }}
