{{/* Facts about the cluster, which Helm looks up while it renders. */}}

{{/* "true", or nothing where Helm cannot look into the cluster: `helm template`, Argo CD, `--dry-run=client`. */}}
{{- define "drop.isConnected" -}}
{{- if lookup "v1" "Namespace" "" "kube-system" }}true{{ end }}
{{- end }}

{{/* "name in namespace" of the Helm release that owns an object, or nothing. Argument: the metadata of the object. */}}
{{- define "drop.owner" -}}
{{- $annotations := .annotations | default dict }}
{{- with index $annotations "meta.helm.sh/release-name" -}}
{{ . }} in {{ index $annotations "meta.helm.sh/release-namespace" }}
{{- end }}
{{- end }}

{{- define "drop.thisRelease" -}}
{{ .Release.Name }} in {{ .Release.Namespace }}
{{- end }}
