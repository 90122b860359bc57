{{/* The metadata of an object named RELEASE-NAME: (dict "root" $ "component" "webserver" "name" "webserver"). "name" is
     optional, the default is the component. */}}
{{- define "airflow-control-plane.metadata" -}}
name: {{ .root.Release.Name }}-{{ .name | default .component }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "airflow-control-plane.labels" . | nindent 2 }}
{{- end }}

{{/* The labels that select a component's pods: (dict "root" $ "component" "webserver"). Never add to them, because the
     selector of a Deployment is immutable. */}}
{{- define "airflow-control-plane.selectorLabels" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* All labels of an object: (dict "root" $ "component" "webserver"). */}}
{{- define "airflow-control-plane.labels" -}}
{{ include "airflow-control-plane.selectorLabels" . }}
app.kubernetes.io/part-of: airflow
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end }}
