{{/* The init container that migrates the database and creates the first user: (dict "root" $ "component" "scheduler").
     Several pods may run it at the same time. */}}
{{- define "airflow-control-plane.migrateContainer" -}}
{{- $mounts := include "airflow-control-plane.adminPasswordMount" .root -}}
- name: migrate
  command:
    - python
    - {{ include "airflow-control-plane.podScript" "migrate.py" }}
    - --timeout={{ .root.Values.migrations.timeoutSeconds }}
    {{- with .root.Values.admin }}
    {{- if .create }}
    - --admin-username={{ .username }}
    - --admin-email={{ .email }}
    - --admin-first-name={{ .firstName }}
    - --admin-last-name={{ .lastName }}
    - --admin-password-file={{ include "airflow-control-plane.adminPasswordFile" $.root }}
    {{- end }}
    {{- end }}
  resources:
    {{- toYaml .root.Values.migrations.resources | nindent 4 }}
  {{- include "airflow-control-plane.airflowContainerFields" (merge (dict "mounts" $mounts) .) | nindent 2 }}
{{- end }}

{{/* The init container that waits until another pod has done that: (dict "root" $ "component" "webserver"). */}}
{{- define "airflow-control-plane.awaitMigrationsContainer" -}}
- name: await-migrations
  command:
    - python
    - {{ include "airflow-control-plane.podScript" "await_migrations.py" }}
    - --timeout={{ .root.Values.migrations.timeoutSeconds }}
    {{- if .root.Values.admin.create }}
    - --admin-username={{ .root.Values.admin.username }}
    {{- end }}
  resources:
    {{- toYaml .root.Values.migrations.resources | nindent 4 }}
  {{- include "airflow-control-plane.airflowContainerFields" . | nindent 2 }}
{{- end }}
