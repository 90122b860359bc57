{{/* Values `pod` with the component's own `pod` merged over it: (dict "root" $ "component" "scheduler"). */}}
{{- define "airflow-control-plane.podSettings" -}}
{{- $component := index .root.Values (include "airflow-control-plane.valuesKey" .component) | default dict -}}
{{ mergeOverwrite (deepCopy .root.Values.pod) (deepCopy (get $component "pod" | default dict)) | toYaml }}
{{- end }}

{{/* metadata of an Airflow pod. The checksums roll it with the code and the configuration it reads only at its start;
     neither the generator's settings nor a Secret is among them. */}}
{{- define "airflow-control-plane.podMetadata" -}}
{{- $pod := include "airflow-control-plane.podSettings" . | fromYaml -}}
{{- $labels := include "airflow-control-plane.labels" . | fromYaml -}}
{{- $presets := dict
  "checksum/config" (include "airflow-control-plane.airflowCfg" .root | sha256sum)
  "checksum/generator" (include "airflow-control-plane.generatorFiles" .root | sha256sum)
  "checksum/scripts" ((.root.Files.Glob "files/pod-scripts/*.py").AsConfig | sha256sum) -}}
{{- if eq .root.Values.packages.source.type "examples" -}}
{{- $_ := set $presets "checksum/examples" (include "airflow-control-plane.exampleFiles" .root | sha256sum) -}}
{{- end -}}
labels:
  {{- mergeOverwrite (deepCopy ($pod.labels | default dict)) $labels | toYaml | nindent 2 }}
annotations:
  {{- mergeOverwrite $presets ($pod.annotations | default dict) | toYaml | nindent 2 }}
{{- end }}

{{/* What every Airflow pod's spec begins with: identity, security and placement. */}}
{{- define "airflow-control-plane.podSpec" -}}
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

{{/* A Deployment of an Airflow component down to its pod's spec, which the caller goes on with, indented by six:
     (dict "root" $ "component" "webserver" "replicas" 2). The old pod lives on until the new one is ready. */}}
{{- define "airflow-control-plane.deploymentHead" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "airflow-control-plane.metadata" . | nindent 2 }}
spec:
  replicas: {{ .replicas }}
  revisionHistoryLimit: 5
  strategy:
    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
  selector:
    matchLabels:
      {{- include "airflow-control-plane.selectorLabels" . | nindent 6 }}
  template:
    metadata:
      {{- include "airflow-control-plane.podMetadata" . | nindent 6 }}
    spec:
      {{- include "airflow-control-plane.podSpec" . | nindent 6 }}
{{- end }}
