{{/* What everything is called, in one place. */}}

{{/* Name of the namespaced objects and of the cluster-scoped ones of RBAC; leaves room for an ending such as -admin. */}}
{{- define "drop.name" -}}
{{- ternary .Release.Name (printf "%s-drop" .Release.Name) (contains "drop" .Release.Name) | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "drop.selectorLabels" -}}
app.kubernetes.io/name: drop
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "drop.labels" -}}
{{ include "drop.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "drop.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "drop.name" .) "default" .Values.serviceAccount.create) }}
{{- end }}

{{- define "drop.pullNamespace" -}}
{{- .Values.pullPods.namespace | default .Release.Namespace }}
{{- end }}

{{- define "drop.tokenSecretName" -}}
{{- .Values.token.existingSecret | default (printf "%s-token" (include "drop.name" .)) }}
{{- end }}

{{- define "drop.tlsSecretName" -}}
{{- .Values.tls.existingSecret | default (printf "%s-tls" (include "drop.name" .)) }}
{{- end }}

{{- define "drop.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{/* A value as the text that Kubernetes takes for a quantity: YAML reads 2 as a number and Helm makes it a float. */}}
{{- define "drop.text" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) }}{{ printf "%.0f" . }}{{ else }}{{ toString . }}{{ end }}
{{- end }}

{{/* Resources with every quantity as text, as JSON. */}}
{{- define "drop.resources" -}}
{{- $texts := dict }}
{{- range $kind, $quantities := . }}
{{- $ofKind := dict }}
{{- range $name, $quantity := $quantities }}
{{- $_ := set $ofKind $name (include "drop.text" $quantity) }}
{{- end }}
{{- $_ := set $texts $kind $ofKind }}
{{- end }}
{{- toJson $texts }}
{{- end }}
