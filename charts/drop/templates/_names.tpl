{{/* Names and labels of every object. */}}

{{- define "drop.shortName" -}}
{{- .Values.nameOverride | default "drop" }}
{{- end }}

{{/* Name of the namespaced objects and of the RBAC objects; short enough for a suffix such as -admin. */}}
{{- define "drop.name" -}}
{{- $short := include "drop.shortName" . }}
{{- $name := ternary .Release.Name (printf "%s-%s" .Release.Name $short) (contains $short .Release.Name) }}
{{- .Values.fullnameOverride | default $name | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "drop.selectorLabels" -}}
app.kubernetes.io/name: {{ include "drop.shortName" . }}
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

{{/* A quantity as text: YAML reads 2 as a number, and Helm converts it to a float. */}}
{{- define "drop.text" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) }}{{ printf "%.0f" . }}{{ else }}{{ toString . }}{{ end }}
{{- end }}

{{/* Resources as JSON, with every quantity as text. */}}
{{- define "drop.resources" -}}
{{- $texts := dict }}
{{- range $kind, $quantities := . }}
{{- $quantityTexts := dict }}
{{- range $name, $quantity := $quantities }}
{{- $_ := set $quantityTexts $name (include "drop.text" $quantity) }}
{{- end }}
{{- $_ := set $texts $kind $quantityTexts }}
{{- end }}
{{- toJson $texts }}
{{- end }}
