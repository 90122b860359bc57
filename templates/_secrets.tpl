{{/* The name of the Secret for an entry of the value `secrets`: (dict "root" $ "entry" "fernetKey"). */}}
{{- define "airflow-control-plane.secretName" -}}
{{- $secret := index .root.Values.secrets .entry -}}
{{ $secret.existingSecret | default (printf "%s-%s" .root.Release.Name (kebabcase .entry)) }}
{{- end }}

{{/* The fields of a secretKeyRef for an entry of the value `secrets`: (dict "root" $ "entry" "fernetKey"). */}}
{{- define "airflow-control-plane.secretKeyRef" -}}
name: {{ include "airflow-control-plane.secretName" . }}
key: {{ (index .root.Values.secrets .entry).key }}
{{- end }}

{{/* The Secret for an entry of the value `secrets`: (dict "root" $ "entry" "fernetKey" "fresh" "..."). It has the value
     that is already in the cluster, or else the fresh one. Nothing if the entry names an existing Secret. */}}
{{- define "airflow-control-plane.generatedSecret" -}}
{{- $secret := index .root.Values.secrets .entry -}}
{{- if not $secret.existingSecret -}}
{{- $name := kebabcase .entry -}}
{{- $found := lookup "v1" "Secret" .root.Release.Namespace (printf "%s-%s" .root.Release.Name $name) -}}
apiVersion: v1
kind: Secret
metadata:
  {{- include "airflow-control-plane.metadata" (dict "root" .root "component" "secrets" "name" $name) | nindent 2 }}
  annotations:
    helm.sh/resource-policy: keep
type: Opaque
data:
  {{ $secret.key }}: {{ dig "data" $secret.key (b64enc .fresh) $found }}
{{- end }}
{{- end }}
