{{/* The values key of a component: dag-processor is dagProcessor. */}}
{{- define "airflow-control-plane.valuesKey" -}}
{{ camelcase . | untitle }}
{{- end }}

{{/* An image reference out of {repository, tag, digest}: (dict "image" . "tag" "1.0"), the tag being the one to fall back on. */}}
{{- define "airflow-control-plane.imageReference" -}}
{{- with .image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.tag }}{{ end }}
{{- end -}}
{{- end }}

{{/* The Airflow image. */}}
{{- define "airflow-control-plane.image" -}}
{{ include "airflow-control-plane.imageReference" (dict "image" .Values.image "tag" .Chart.AppVersion) }}
{{- end }}

{{/* The service account of the Airflow pods. */}}
{{- define "airflow-control-plane.serviceAccountName" -}}
{{ .Values.serviceAccount.name | default (ternary .Release.Name "default" .Values.serviceAccount.create) }}
{{- end }}

{{/* The claim that holds the task logs. */}}
{{- define "airflow-control-plane.logsClaim" -}}
{{ .Values.logs.persistence.existingClaim | default (printf "%s-logs" .Release.Name) }}
{{- end }}

{{/* The path under which the UI and the APIs are served: empty, or such as /airflow. */}}
{{- define "airflow-control-plane.basePath" -}}
{{ (urlParse .Values.webserver.baseUrl).path | trimSuffix "/" }}
{{- end }}

{{/* Where pods of this release find the webserver, without a slash at the end. */}}
{{- define "airflow-control-plane.webserverUrl" -}}
http://{{ .Release.Name }}-webserver:{{ .Values.webserver.service.port }}{{ include "airflow-control-plane.basePath" . }}
{{- end }}

{{/* The component whose pods feed the dag-processor: the scheduler's, unless there are several of those. */}}
{{- define "airflow-control-plane.dagProcessorHome" -}}
{{ gt (int .Values.scheduler.replicas) 1 | ternary "dag-processor" "scheduler" }}
{{- end }}
