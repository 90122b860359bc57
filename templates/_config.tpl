{{/* The options of airflow.cfg as YAML, by section: the chart's presets, and the value airflow.config merged over them.
     A scheduler whose pod is replaced waits for its jobs. The two thresholds keep others from taking them for lost. */}}
{{- define "airflow-control-plane.config" -}}
{{- $lostAfterSeconds := add .Values.scheduler.terminationGracePeriodSeconds 30 -}}
{{- $presets := dict
  "core" (dict
    "executor" "LocalExecutor"
    "auth_manager" "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"
    "execution_api_server_url" (printf "%s/execution/" (include "airflow-control-plane.webserverUrl" .))
    "hostname_callable" "airflow.utils.net.get_host_ip_address"
    "load_examples" false
    "parallelism" 16)
  "api_auth" (dict
    "jwt_issuer" (printf "%s.%s" .Release.Name .Release.Namespace)
    "jwt_audience" (printf "%s.%s" .Release.Name .Release.Namespace))
  "dag_processor" (dict
    "refresh_interval" 10
    "bundle_refresh_check_interval" 2
    "min_file_process_interval" 300
    "health_check_threshold" 120)
  "scheduler" (dict
    "enable_health_check" true
    "scheduler_health_check_threshold" $lostAfterSeconds
    "orphaned_tasks_check_interval" $lostAfterSeconds)
-}}
{{- with .Values.webserver.baseUrl -}}
{{- $_ := set $presets "api" (dict "base_url" .) -}}
{{- $_ := set $presets "fab" (dict "enable_proxy_fix" true "cookie_secure" (hasPrefix "https://" .)) -}}
{{- end -}}
{{ mergeOverwrite $presets (deepCopy .Values.airflow.config) | toYaml }}
{{- end }}

{{/* The text of airflow.cfg. Lists and maps become JSON. Percent signs are doubled, because Airflow interpolates them. */}}
{{- define "airflow-control-plane.airflowCfg" -}}
{{- range $section, $options := include "airflow-control-plane.config" . | fromYaml }}
[{{ $section }}]
{{- range $key, $value := $options }}
{{ $key }} = {{ kindIs "string" $value | ternary $value (toJson $value) | replace "%" "%%" | replace "\n" "\n  " }}
{{- end }}
{{ end }}
{{- end }}
