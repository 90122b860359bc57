{{/* What the helpers give: `...Fields` gives some of an object's fields, and the caller adds its own beside them.
     `...Env`, `...Mounts`, `...Volumes`, `...Egress` and `...Ingress` give whole items of such a list, `...Container`
     one whole container. */}}

{{/* An image reference from {repository, tag, digest}: (dict "image" . "tag" "1.0"), where "tag" is used if the image
     has neither a digest nor a tag. */}}
{{- define "airflow-control-plane.imageReference" -}}
{{- with .image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.tag }}{{ end }}
{{- end -}}
{{- end }}

{{/* The Airflow image. */}}
{{- define "airflow-control-plane.image" -}}
{{ include "airflow-control-plane.imageReference" (dict "image" .Values.image "tag" .Chart.AppVersion) }}
{{- end }}

{{/* The service account of the pods. */}}
{{- define "airflow-control-plane.serviceAccountName" -}}
{{ .Values.serviceAccount.name | default (ternary .Release.Name "default" .Values.serviceAccount.create) }}
{{- end }}

{{/* The path under which the UI and the APIs are served: empty, or for example /airflow. */}}
{{- define "airflow-control-plane.basePath" -}}
{{ (urlParse .Values.webserver.baseUrl).path | trimSuffix "/" }}
{{- end }}

{{/* The URL of the webserver inside the cluster, without a slash at the end. */}}
{{- define "airflow-control-plane.webserverUrl" -}}
http://{{ .Release.Name }}-webserver:{{ .Values.webserver.service.port }}{{ include "airflow-control-plane.basePath" . }}
{{- end }}
