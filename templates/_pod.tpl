{{/* The value `pod` with the component's `pod` merged over it, as YAML: (dict "root" $ "component" "scheduler"). */}}
{{- define "airflow-control-plane.podSettings" -}}
{{- /* The values of the component dag-processor are under dagProcessor. Not every component has some. */ -}}
{{- $component := index .root.Values (camelcase .component | untitle) | default dict -}}
{{ mergeOverwrite (deepCopy .root.Values.pod) (deepCopy (get $component "pod" | default dict)) | toYaml }}
{{- end }}

{{/* The labels and annotations of an Airflow pod: (dict "root" $ "component" "scheduler"). The checksums replace the
     pod when code or configuration changes that it reads only at its start. The generator's settings are watched, and
     Secrets are yours to roll out, so neither has a checksum. */}}
{{- define "airflow-control-plane.podMetadata" -}}
{{- $pod := include "airflow-control-plane.podSettings" . | fromYaml -}}
{{- $labels := include "airflow-control-plane.labels" . | fromYaml -}}
{{- $checksums := dict
  "checksum/config" (include "airflow-control-plane.airflowCfg" .root | sha256sum)
  "checksum/generator" (include "airflow-control-plane.generatorFiles" .root | sha256sum)
  "checksum/pod-scripts" ((.root.Files.Glob "files/pod-scripts/*.py").AsConfig | sha256sum) -}}
{{- if eq .root.Values.packages.source.type "examples" -}}
{{- $_ := set $checksums "checksum/examples" (include "airflow-control-plane.exampleFiles" .root | sha256sum) -}}
{{- end -}}
labels:
  {{- mergeOverwrite (deepCopy ($pod.labels | default dict)) $labels | toYaml | nindent 2 }}
annotations:
  {{- mergeOverwrite $checksums ($pod.annotations | default dict) | toYaml | nindent 2 }}
{{- end }}

{{/* The fields that the spec of every Airflow pod has: identity, security and placement.
     (dict "root" $ "component" "scheduler"). */}}
{{- define "airflow-control-plane.podFields" -}}
{{- $pod := include "airflow-control-plane.podSettings" . | fromYaml -}}
serviceAccountName: {{ include "airflow-control-plane.serviceAccountName" .root }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "airflow-control-plane.podSecurityContext" $pod.securityContext | nindent 2 }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- range $key := list "nodeSelector" "tolerations" "affinity" "priorityClassName" }}
{{- with get $pod $key }}
{{ dict $key . | toYaml }}
{{- end }}
{{- end }}
{{- with $pod.topologySpreadConstraints }}
{{- $own := dict "labelSelector" (dict "matchLabels" (include "airflow-control-plane.selectorLabels" $ | fromYaml)) }}
topologySpreadConstraints:
  {{- range . }}
  - {{ merge (deepCopy .) $own | toYaml | nindent 4 | trim }}
  {{- end }}
{{- end }}
{{- end }}

{{/* The fields that the spec of every Deployment has. The old pod keeps running until the new one is ready.
     (dict "root" $ "component" "scheduler"). */}}
{{- define "airflow-control-plane.deploymentFields" -}}
revisionHistoryLimit: 5
strategy:
  rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
selector:
  matchLabels:
    {{- include "airflow-control-plane.selectorLabels" . | nindent 4 }}
{{- end }}
