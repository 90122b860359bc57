{{/* The package roots as a YAML list: packages.roots, or else the folder of the source. */}}
{{- define "airflow-control-plane.packageRoots" -}}
{{- $source := .Values.packages.source -}}
{{- $mount := include "airflow-control-plane.mountPath" "packages" -}}
{{- $folders := dict
  "examples" $mount
  "image" $source.image.path
  "pvc" (printf "%s/%s" $mount $source.pvc.path | trimSuffix "/") -}}
{{ .Values.packages.roots | default (list (get $folders $source.type)) | toYaml }}
{{- end }}

{{/* The example packages as ConfigMap data. */}}
{{- define "airflow-control-plane.exampleFiles" -}}
{{ include "airflow-control-plane.treeData" (dict "root" . "folder" "examples/packages" "pattern" "**") }}
{{- end }}

{{/* The volume with the packages; nothing if they are in the image. */}}
{{- define "airflow-control-plane.packagesVolume" -}}
{{- $type := .Values.packages.source.type -}}
{{- if eq $type "examples" -}}
- name: packages
  configMap:
    name: {{ .Release.Name }}-examples
    items:
      {{- include "airflow-control-plane.treeItems" (dict "root" . "folder" "examples/packages" "pattern" "**") | nindent 6 }}
{{- else if eq $type "pvc" -}}
- name: packages
  persistentVolumeClaim:
    claimName: {{ .Values.packages.source.pvc.claimName }}
    readOnly: true
{{- end }}
{{- end }}

{{/* The mount of that volume; nothing if the packages are in the image. */}}
{{- define "airflow-control-plane.packagesMount" -}}
{{- if ne .Values.packages.source.type "image" -}}
- name: packages
  mountPath: {{ include "airflow-control-plane.mountPath" "packages" }}
  readOnly: true
{{- end }}
{{- end }}
