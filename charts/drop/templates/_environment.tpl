{{/* The environment variables of the service that the chart sets, as a list. */}}
{{- define "drop.environment" -}}
- name: DROP_TOKEN_FILE
  value: {{ printf "/var/run/secrets/drop-token/%s" .Values.token.key | quote }}
- name: DROP_PORT
  value: "8080"
- name: DROP_ADMIN_PORT
  value: "9090"
{{- if .Values.tls.enabled }}
- name: DROP_TLS_CERTIFICATE_FILE
  value: /var/run/secrets/drop-tls/tls.crt
- name: DROP_TLS_KEY_FILE
  value: /var/run/secrets/drop-tls/tls.key
{{- end }}
- name: DROP_NAMESPACE
  value: {{ include "drop.pullNamespace" . }}
- name: DROP_SECRETS_NAMESPACE
  value: {{ .Release.Namespace }}
- name: DROP_EVENTS
  value: "true"
- name: DROP_INVENTORIES
  value: {{ include "drop.text" .Values.inventory.count | quote }}
- name: DROP_LOG_LEVEL
  value: {{ .Values.logLevel }}
- name: DROP_BODY_LIMIT_BYTES
  value: {{ include "drop.text" .Values.bodyLimitBytes | quote }}
- name: DROP_CHART_VERSION
  value: {{ .Chart.Version | quote }}
- name: DROP_PULL_POD_RESOURCES
  value: {{ include "drop.resources" .Values.pullPods.resources | quote }}
{{- with .Values.pullPods.priorityClassName }}
- name: DROP_PULL_POD_PRIORITY_CLASS
  value: {{ . }}
{{- end }}
- name: DROP_PULL_POD_SECURITY_CONTEXT
  value: {{ include "drop.pullPodSecurityContext" . | quote }}
- name: DROP_PULL_CONTAINER_SECURITY_CONTEXT
  value: {{ include "drop.withoutNulls" .Values.pullPods.securityContext | quote }}
{{- with .Values.pullPods.labels }}
- name: DROP_PULL_POD_LABELS
  value: {{ include "drop.withoutNulls" . | quote }}
{{- end }}
{{- with .Values.pullPods.annotations }}
- name: DROP_PULL_POD_ANNOTATIONS
  value: {{ include "drop.withoutNulls" . | quote }}
{{- end }}
{{- end }}
