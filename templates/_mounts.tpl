{{/* Every path at which the chart mounts something into a container of the Airflow image, by name. The DAG folder is
     the value dags.dir, and checks.yaml keeps it away from these. */}}
{{- define "airflow-control-plane.mountPaths" -}}
adminPassword: /etc/airflow-admin
airflowConfig: /opt/airflow/airflow.cfg
generator: /opt/airflow-control-plane
generatorCommand: /usr/local/bin/airflow-control-plane
generatorSettings: /etc/airflow-control-plane
helmTest: /opt/helm-test
logs: /opt/airflow/logs
packages: /opt/airflow/packages
podScripts: /opt/airflow-pod-scripts
tmp: /tmp
webserverConfig: /opt/airflow/webserver_config.py
{{- end }}

{{/* One of these paths: include "airflow-control-plane.mountPath" "logs". */}}
{{- define "airflow-control-plane.mountPath" -}}
{{ index (include "airflow-control-plane.mountPaths" . | fromYaml) . | required (printf "no mount path is named %s" .) }}
{{- end }}
