{{/* The pods of one component, as a peer of a NetworkPolicy: (dict "root" $ "component" "webserver"). */}}
{{- define "airflow-control-plane.peer" -}}
podSelector:
  matchLabels:
    {{- include "airflow-control-plane.selectorLabels" . | nindent 4 }}
{{- end }}

{{/* The fields of a NetworkPolicy's spec that select the pods of a component and deny all traffic that no rule allows:
     (dict "root" $ "component" "webserver"). */}}
{{- define "airflow-control-plane.denyFields" -}}
{{ include "airflow-control-plane.peer" . }}
policyTypes: [Ingress, Egress]
{{- end }}

{{/* The egress rule for DNS servers at any address. */}}
{{- define "airflow-control-plane.dnsEgress" -}}
- ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
{{- end }}

{{/* The egress rule for the database. */}}
{{- define "airflow-control-plane.databaseEgress" -}}
{{- if .Values.postgresql.enabled -}}
- to:
    - {{ include "airflow-control-plane.peer" (dict "root" . "component" "postgresql") | nindent 6 | trim }}
  ports:
    - port: {{ include "airflow-control-plane.port" "postgresql" }}
{{- else -}}
- ports:
    - port: {{ .Values.networkPolicy.database.port }}
  {{- with .Values.networkPolicy.database.to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}

{{/* The egress rule for the webserver, to which tasks report. */}}
{{- define "airflow-control-plane.webserverEgress" -}}
- to:
    - {{ include "airflow-control-plane.peer" (dict "root" . "component" "webserver") | nindent 6 | trim }}
  ports:
    - port: {{ include "airflow-control-plane.port" "webserver" }}
{{- end }}

{{/* The ingress rule for the sidecar's status and metrics. */}}
{{- define "airflow-control-plane.dagSyncIngress" -}}
- from:
    - {{ include "airflow-control-plane.peer" (dict "root" . "component" "helm-test") | nindent 6 | trim }}
    {{- with .Values.networkPolicy.metricsFrom }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  ports:
    - port: {{ include "airflow-control-plane.port" "dagSync" }}
{{- end }}
