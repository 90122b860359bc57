{{/* The files of a folder of the chart as ConfigMap data: (dict "root" $ "folder" "examples/packages" "pattern" "**").
     A key cannot contain a slash, so the key of a/b.py is a--b.py. */}}
{{- define "airflow-control-plane.treeData" -}}
{{- $folder := printf "%s/" .folder -}}
{{- range $path, $_ := .root.Files.Glob (print $folder .pattern) }}
{{ $path | trimPrefix $folder | replace "/" "--" }}: |
  {{- $.root.Files.Get $path | nindent 2 }}
{{- end }}
{{- end }}

{{/* The items of a ConfigMap volume that restore the folder from these keys. It takes the same argument. */}}
{{- define "airflow-control-plane.treeItems" -}}
{{- $folder := printf "%s/" .folder -}}
{{- range $path, $_ := .root.Files.Glob (print $folder .pattern) }}
{{- $file := trimPrefix $folder $path }}
- {key: {{ replace "/" "--" $file }}, path: {{ $file }}}
{{- end }}
{{- end }}
