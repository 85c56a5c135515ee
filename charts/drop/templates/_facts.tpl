{{/*
What is in the cluster already, looked up once for all templates and kept in .Release.facts:
  connected    whether there is a cluster to ask (not with `helm template`)
  definitions  name of each CustomResourceDefinition that exists -> its metadata
  served       whether a Fleet and a PullPolicy can be part of the manifest
*/}}
{{- define "drop.facts" -}}
{{- if not (hasKey .Release "facts") }}
{{- $connected := not (empty (lookup "v1" "Namespace" "" "kube-system")) }}
{{- $definitions := dict }}
{{- $established := list }}
{{- range $path, $_ := .Files.Glob "files/crds/*.yaml" }}
{{- $name := ($.Files.Get $path | fromYaml).metadata.name }}
{{- with lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" $name }}
{{- $_ := set $definitions $name .metadata }}
{{- range (.status).conditions }}
{{- if and (eq .type "Established") (eq .status "True") }}{{ $established = append $established $name }}{{ end }}
{{- end }}
{{- end }}
{{- end }}
{{- $served := or (not .Values.crds.install) (.Capabilities.APIVersions.Has "drop.corewire.io/v1alpha1/Fleet") }}
{{- if $connected }}
{{- $served = and (has "fleets.drop.corewire.io" $established) (has "pullpolicies.drop.corewire.io" $established) }}
{{- end }}
{{- $_ := set .Release "facts" (dict "connected" $connected "definitions" $definitions "served" $served) }}
{{- end }}
{{- end }}

{{/* Takes metadata; gives "name in namespace" of the Helm release that owns the object, or nothing. */}}
{{- define "drop.owner" -}}
{{- $annotations := .annotations | default dict }}
{{- with index $annotations "meta.helm.sh/release-name" -}}
{{ . }} in {{ index $annotations "meta.helm.sh/release-namespace" }}
{{- end }}
{{- end }}

{{- define "drop.thisRelease" -}}
{{ .Release.Name }} in {{ .Release.Namespace }}
{{- end }}
