{{/* The init container that migrates the database and creates the admin user; several at once are fine. */}}
{{- define "airflow-control-plane.migrate" -}}
{{- $root := .root -}}
- name: migrate
  command:
    - python
    - {{ include "airflow-control-plane.mountPath" "podScripts" }}/migrate.py
    - --timeout={{ .root.Values.migrations.timeoutSeconds }}
    {{- with .root.Values.admin }}
    {{- if .create }}
    - --admin-username={{ .username }}
    - --admin-email={{ .email }}
    - --admin-first-name={{ .firstName }}
    - --admin-last-name={{ .lastName }}
    - --admin-password-file={{ include "airflow-control-plane.mountPath" "adminPassword" }}/{{ $root.Values.secrets.adminPassword.key }}
    {{- end }}
    {{- end }}
  resources:
    {{- toYaml .root.Values.migrations.resources | nindent 4 }}
  {{- include "airflow-control-plane.airflowContainer" . | nindent 2 }}
    {{- if .root.Values.admin.create }}
    - name: admin-password
      mountPath: {{ include "airflow-control-plane.mountPath" "adminPassword" }}
      readOnly: true
    {{- end }}
{{- end }}

{{/* The volume of the admin's password. */}}
{{- define "airflow-control-plane.adminPasswordVolume" -}}
- name: admin-password
  secret:
    secretName: {{ include "airflow-control-plane.secretName" (dict "root" . "entry" "adminPassword") }}
    defaultMode: 0440
{{- end }}

{{/* The init container that waits until another pod has done so. */}}
{{- define "airflow-control-plane.awaitMigrations" -}}
- name: await-migrations
  command:
    - python
    - {{ include "airflow-control-plane.mountPath" "podScripts" }}/await_migrations.py
    - --timeout={{ .root.Values.migrations.timeoutSeconds }}
    {{- if .root.Values.admin.create }}
    - --admin-username={{ .root.Values.admin.username }}
    {{- end }}
  resources:
    {{- toYaml .root.Values.migrations.resources | nindent 4 }}
  {{- include "airflow-control-plane.airflowContainer" . | nindent 2 }}
{{- end }}
