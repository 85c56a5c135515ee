{{/* Security contexts of the service Pods and of the pull Pods, as JSON. */}}

{{/* A map as JSON without keys whose value is null. With --reuse-values, Helm keeps nulls of earlier upgrades. */}}
{{- define "drop.withoutNulls" -}}
{{- $kept := dict }}
{{- range $key, $value := . }}
{{- if kindIs "map" $value }}
{{- $_ := set $kept $key (include "drop.withoutNulls" $value | fromJson) }}
{{- else if not (kindIs "invalid" $value) }}
{{- $_ := set $kept $key $value }}
{{- end }}
{{- end }}
{{- toJson $kept }}
{{- end }}

{{/*
A context without the default user and groups on OpenShift, which allows only IDs of a range of the namespace and
sets them itself. Arguments: root, context, default (the ID).
*/}}
{{- define "drop.withoutDefaultIds" -}}
{{- $context := include "drop.withoutNulls" .context | fromJson }}
{{- if .root.Capabilities.APIVersions.Has "security.openshift.io/v1" }}
{{- range list "runAsUser" "runAsGroup" "fsGroup" }}
{{- if eq (get $context . | toString) $.default }}
{{- $_ := unset $context . }}
{{- end }}
{{- end }}
{{- end }}
{{- toJson $context }}
{{- end }}

{{- define "drop.podSecurityContext" -}}
{{- include "drop.withoutDefaultIds" (dict "root" . "context" .Values.podSecurityContext "default" "65532") }}
{{- end }}

{{- define "drop.pullPodSecurityContext" -}}
{{- include "drop.withoutDefaultIds" (dict "root" . "context" .Values.pullPods.podSecurityContext "default" "65534") }}
{{- end }}
