{{/* A pod's securityContext: what the values say, with the floor of Pod Security "restricted" merged last. */}}
{{- define "airflow-control-plane.podSecurityContext" -}}
{{- $floor := dict "runAsNonRoot" true "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{ mergeOverwrite (deepCopy (. | default dict)) $floor | toYaml }}
{{- end }}

{{/* The securityContext of every container. There is nothing to set, so there is nothing to loosen. */}}
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
