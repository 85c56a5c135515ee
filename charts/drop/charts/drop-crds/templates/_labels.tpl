{{/*
As a dependency of the chart drop the chart has its alias for a name, so helm.sh/chart shows which release installed it.
*/}}
{{- define "drop-crds.labels" -}}
app.kubernetes.io/name: drop
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}
