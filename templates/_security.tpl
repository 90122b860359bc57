{{/* A pod's securityContext: the given values, with what Pod Security "restricted" requires merged over them. */}}
{{- define "airflow-control-plane.podSecurityContext" -}}
{{- $required := dict "runAsNonRoot" true "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{ mergeOverwrite (deepCopy (. | default dict)) $required | toYaml }}
{{- end }}

{{/* The securityContext of every container. No value changes it, so no value can weaken it. */}}
{{- define "airflow-control-plane.containerSecurityContext" -}}
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
seccompProfile:
  type: RuntimeDefault
{{- end }}
