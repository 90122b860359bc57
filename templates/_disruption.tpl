{{/* A PodDisruptionBudget for a component with several replicas, which a drain takes one by one; nothing for a single
     one, which a budget would make undrainable: (dict "root" $ "component" "webserver" "replicas" 2). */}}
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
