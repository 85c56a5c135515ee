{{/* Fails where this release cannot own a definition. Arguments: the name of the definition and root. */}}
{{- define "drop-crds.validateDefinition" -}}
{{- with (lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" .name).metadata }}
{{- $annotations := .annotations | default dict }}
{{- $release := index $annotations "meta.helm.sh/release-name" | default "" }}
{{- $namespace := index $annotations "meta.helm.sh/release-namespace" | default "" }}
{{- $remedy := ternary "transfer it" "set crds.install=false or transfer it" $.root.Chart.IsRoot }}
{{- $remedy = printf "%s as the README of the chart describes" $remedy }}
{{- if .deletionTimestamp }}
{{- fail (printf "CustomResourceDefinition %s is being deleted: retry in a moment" .name) }}
{{- end }}
{{- if not $release }}
{{- fail (printf "CustomResourceDefinition %s exists and belongs to no Helm release: %s" .name $remedy) }}
{{- end }}
{{- if ne (list $release $namespace | join "/") (list $.root.Release.Name $.root.Release.Namespace | join "/") }}
{{- fail (printf "CustomResourceDefinition %s belongs to release %s in %s: %s" .name $release $namespace $remedy) }}
{{- end }}
{{- end }}
{{- end }}
