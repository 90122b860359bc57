{{/* The DAG that `helm test` triggers: tests.dagId, or else an example if the examples are installed. */}}
{{- define "airflow-control-plane.testDagId" -}}
{{ .Values.tests.dagId | default (eq .Values.packages.source.type "examples" | ternary "file_processing_hello_world" "") }}
{{- end }}

{{/* A pod of `helm test` that runs one of files/helm-test: (dict "root" $ "check" "health" "turn" 1). Helm runs the
     pods one after the other, the lowest turn first. */}}
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
  {{- include "airflow-control-plane.podFields" $component | nindent 2 }}
  restartPolicy: Never
  activeDeadlineSeconds: 900
  {{- with .root }}
  containers:
    - name: {{ $.check }}
      {{- include "airflow-control-plane.containerFields" . | nindent 6 }}
      command: [python, {{ include "airflow-control-plane.mountPath" "helmTest" }}/{{ $.check }}.py]
      env:
        {{- include "airflow-control-plane.commonEnv" . | nindent 8 }}
        - {name: RELEASE, value: {{ .Release.Name }}}
        - {name: NAMESPACE, value: {{ .Release.Namespace }}}
        - {name: AIRFLOW_URL, value: {{ include "airflow-control-plane.webserverUrl" . | quote }}}
        - {name: DAG_SYNC_URL, value: "http://{{ .Release.Name }}-dag-sync:{{ include "airflow-control-plane.port" "dagSync" }}"}
        - {name: COMPONENTS, value: "metadatabase scheduler dag_processor{{ if .Values.triggerer.enabled }} triggerer{{ end }}"}
        - {name: DAG_ID, value: {{ include "airflow-control-plane.testDagId" . | quote }}}
        - {name: DAG_ARGS, value: {{ toJson .Values.tests.args | quote }}}
        - {name: ADMIN_USERNAME, value: {{ .Values.admin.username | quote }}}
        - {name: ADMIN_PASSWORD_FILE, value: {{ include "airflow-control-plane.adminPasswordFile" . }}}
      resources:
        {{- toYaml .Values.tests.resources | nindent 8 }}
      volumeMounts:
        - {name: helm-test, mountPath: {{ include "airflow-control-plane.mountPath" "helmTest" }}, readOnly: true}
        {{- include "airflow-control-plane.adminPasswordMount" . | nindent 8 }}
  volumes:
    - name: helm-test
      configMap:
        name: {{ .Release.Name }}-helm-test
    {{- include "airflow-control-plane.adminPasswordVolume" . | nindent 4 }}
  {{- end }}
{{- end }}
