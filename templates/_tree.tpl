{{/* Files of the chart as ConfigMap data. A key takes no slash, so that of a/b.py is a--b.py:
     (dict "root" $ "folder" "examples/packages" "pattern" "**"). */}}
{{- define "airflow-control-plane.treeData" -}}
{{- $folder := printf "%s/" .folder -}}
{{- range $path, $_ := .root.Files.Glob (print $folder .pattern) }}
{{ $path | trimPrefix $folder | replace "/" "--" }}: |
  {{- $.root.Files.Get $path | nindent 2 }}
{{- end }}
{{- end }}

{{/* The items of a ConfigMap volume that restore the tree of those files; the same argument. */}}
{{- define "airflow-control-plane.treeItems" -}}
{{- $folder := printf "%s/" .folder -}}
{{- range $path, $_ := .root.Files.Glob (print $folder .pattern) }}
{{- $file := trimPrefix $folder $path }}
- {key: {{ replace "/" "--" $file }}, path: {{ $file }}}
{{- end }}
{{- end }}
