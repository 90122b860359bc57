{{/* The DAG that helm test triggers: the values' choice, else an example where the examples are installed. */}}
{{- define "airflow-control-plane.testDagId" -}}
{{ .Values.tests.dagId | default (eq .Values.packages.source.type "examples" | ternary "file_processing_hello_world" "") }}
{{- end }}

{{/* A helm test pod that runs one of files/helm-test, in turn: (dict "root" $ "check" "health" "turn" 1). */}}
{{- define "airflow-control-plane.testPod" -}}
{{- $component := dict "root" .root "component" "helm-test" -}}
apiVersion: v1
kind: Pod
metadata:
  {{- include "airflow-control-plane.metadata" (merge (dict "name" (printf "test-%s" .check)) $component) | nindent 2 }}
  annotations:
    helm.sh/hook: test
    helm.sh/hook-weight: {{ .turn | quote }}
    helm.sh/hook-delete-policy: before-hook-creation
spec:
  {{- include "airflow-control-plane.podSpec" $component | nindent 2 }}
  restartPolicy: Never
  activeDeadlineSeconds: 900
  containers:
    - name: {{ .check }}
      {{- with .root }}
      image: {{ include "airflow-control-plane.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      command: [python, {{ include "airflow-control-plane.mountPath" "helmTest" }}/{{ $.check }}.py]
      securityContext:
        {{- include "airflow-control-plane.containerSecurityContext" . | nindent 8 }}
      env:
        {{- include "airflow-control-plane.commonEnv" . | nindent 8 }}
        - {name: RELEASE, value: {{ .Release.Name }}}
        - {name: NAMESPACE, value: {{ .Release.Namespace }}}
        - {name: AIRFLOW_URL, value: {{ include "airflow-control-plane.webserverUrl" . | quote }}}
        - {name: DAG_SYNC_URL, value: "http://{{ .Release.Name }}-dag-sync:8975"}
        - {name: COMPONENTS, value: "metadatabase scheduler dag_processor{{ if .Values.triggerer.enabled }} triggerer{{ end }}"}
        - {name: DAG_ID, value: {{ include "airflow-control-plane.testDagId" . | quote }}}
        - {name: DAG_ARGS, value: {{ toJson .Values.tests.args | quote }}}
        - {name: ADMIN_USERNAME, value: {{ .Values.admin.username | quote }}}
        - {name: ADMIN_PASSWORD_FILE, value: {{ include "airflow-control-plane.mountPath" "adminPassword" }}/{{ .Values.secrets.adminPassword.key }}}
      resources:
        {{- toYaml .Values.tests.resources | nindent 8 }}
      volumeMounts:
        - {name: scripts, mountPath: {{ include "airflow-control-plane.mountPath" "helmTest" }}, readOnly: true}
        {{- if .Values.admin.create }}
        - {name: admin-password, mountPath: {{ include "airflow-control-plane.mountPath" "adminPassword" }}, readOnly: true}
        {{- end }}
  volumes:
    - name: scripts
      configMap:
        name: {{ .Release.Name }}-helm-test
    {{- if .Values.admin.create }}
    {{- include "airflow-control-plane.adminPasswordVolume" . | nindent 4 }}
    {{- end }}
      {{- end }}
{{- end }}
