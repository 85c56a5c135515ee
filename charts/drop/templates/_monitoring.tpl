{{/*
An endpoint of a ServiceMonitor or PodMonitor. Without honorLabels, Prometheus would rename the label `endpoint` of a
metric, because the operator gives each target a label of that name. Arguments: port and the value with the settings.
*/}}
{{- define "drop.scrapeEndpoint" -}}
port: {{ .port }}
path: /metrics
honorLabels: true
{{- with .monitor.interval }}
interval: {{ . }}
{{- end }}
{{- with .monitor.scrapeTimeout }}
scrapeTimeout: {{ . }}
{{- end }}
{{- with .monitor.relabelings }}
relabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .monitor.metricRelabelings }}
metricRelabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Metadata of an object of the Prometheus Operator. Arguments: root, labels and annotations. */}}
{{- define "drop.monitoringMetadata" -}}
name: {{ include "drop.name" .root }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- merge (include "drop.labels" .root | fromYaml) (.labels | default dict) | toYaml | nindent 2 }}
{{- with .annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
