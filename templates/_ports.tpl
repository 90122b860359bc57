{{/* The ports that the chart's processes listen on. The numbers of the Airflow processes, of PostgreSQL and of the
     sidecar are the defaults of their programs. */}}
{{- define "airflow-control-plane.ports" -}}
dagSync: 8975
postgresql: 5432
schedulerHealth: 8974
taskLogs: 8793
triggererLogs: 8794
webserver: 8080
{{- end }}

{{/* One of these ports: include "airflow-control-plane.port" "webserver". */}}
{{- define "airflow-control-plane.port" -}}
{{ index (include "airflow-control-plane.ports" . | fromYaml) . | required (printf "no port is named %s" .) }}
{{- end }}
