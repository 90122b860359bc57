{{/* The pods of one component, as a peer of a NetworkPolicy: (dict "root" $ "component" "webserver"). */}}
{{- define "airflow-control-plane.peer" -}}
podSelector:
  matchLabels:
    {{- include "airflow-control-plane.selectorLabels" . | nindent 4 }}
{{- end }}

{{/* What every NetworkPolicy begins with: which pods it closes, in both directions. */}}
{{- define "airflow-control-plane.policyHead" -}}
podSelector:
  matchLabels:
    {{- include "airflow-control-plane.selectorLabels" . | nindent 4 }}
policyTypes: [Ingress, Egress]
{{- end }}

{{/* Egress rules to name servers, wherever they are. */}}
{{- define "airflow-control-plane.dnsEgress" -}}
- ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
{{- end }}

{{/* Egress rules to the database. */}}
{{- define "airflow-control-plane.databaseEgress" -}}
{{- if .Values.postgresql.enabled -}}
- to:
    - {{ include "airflow-control-plane.peer" (dict "root" . "component" "postgresql") | nindent 6 | trim }}
  ports:
    - port: 5432
{{- else -}}
- ports:
    - port: {{ .Values.networkPolicy.database.port }}
  {{- with .Values.networkPolicy.database.to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Egress rules to the webserver, which tasks report to. */}}
{{- define "airflow-control-plane.webserverEgress" -}}
- to:
    - {{ include "airflow-control-plane.peer" (dict "root" . "component" "webserver") | nindent 6 | trim }}
  ports:
    - port: 8080
{{- end }}

{{/* Ingress rules to the sidecar's status and metrics. */}}
{{- define "airflow-control-plane.dagSyncIngress" -}}
- from:
    - {{ include "airflow-control-plane.peer" (dict "root" . "component" "helm-test") | nindent 6 | trim }}
    {{- with .Values.networkPolicy.metricsFrom }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  ports:
    - port: 8975
{{- end }}
