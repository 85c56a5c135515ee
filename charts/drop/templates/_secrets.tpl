{{/*
Generated secrets. An existing Secret is looked up before a new value is generated, and the value is kept in .Release,
so that every template of one run uses the same value.
*/}}

{{/* Sets .Release.token. */}}
{{- define "drop.token" -}}
{{- if not (hasKey .Release "token") }}
{{- $existing := lookup "v1" "Secret" .Release.Namespace (include "drop.tokenSecretName" .) }}
{{- $token := index ($existing.data | default dict) .Values.token.key | default "" | b64dec }}
{{- $_ := set .Release "token" ($token | default (randAlphaNum 48)) }}
{{- end }}
{{- end }}

{{/* Host names of the certificate, joined by commas. */}}
{{- define "drop.certificateNames" -}}
{{- $service := printf "%s.%s" (include "drop.name" .) .Release.Namespace }}
{{- $names := list $service (printf "%s.svc" $service) (printf "%s.svc.cluster.local" $service) }}
{{- if .Values.hooks.url }}
{{- $names = append $names (urlParse .Values.hooks.url).hostname }}
{{- end }}
{{- $names | uniq | join "," }}
{{- end }}

{{/* Sets .Release.certificate to tls.crt, tls.key and ca.crt in base64. Other host names need a new certificate. */}}
{{- define "drop.certificate" -}}
{{- if not (hasKey .Release "certificate") }}
{{- $names := include "drop.certificateNames" . }}
{{- $existing := lookup "v1" "Secret" .Release.Namespace (include "drop.tlsSecretName" .) }}
{{- $data := $existing.data | default dict }}
{{- $existingNames := index (($existing.metadata).annotations | default dict) "drop.corewire.io/certificate-names" }}
{{- $isComplete := and (hasKey $data "tls.crt") (hasKey $data "tls.key") (hasKey $data "ca.crt") }}
{{- if or (ne ($existingNames | default "") $names) (not $isComplete) }}
{{- $tenYears := 3650 }}
{{- $authority := genCA "drop-hooks" $tenYears }}
{{- $hosts := splitList "," $names }}
{{- $addresses := list }}
{{- $domains := list }}
{{- range $hosts }}
{{- if regexMatch "^([0-9.]+|.*:.*)$" . }}
{{- $addresses = append $addresses . }}
{{- else }}
{{- $domains = append $domains . }}
{{- end }}
{{- end }}
{{- $certificate := genSignedCert (first $hosts) $addresses $domains $tenYears $authority }}
{{- $data = dict "tls.crt" $certificate.Cert "tls.key" $certificate.Key "ca.crt" $authority.Cert }}
{{- range $name, $text := $data }}{{ $_ := set $data $name (b64enc $text) }}{{ end }}
{{- end }}
{{- $_ := set .Release "certificate" $data }}
{{- end }}
{{- end }}

{{/* A version of a Secret that reveals nothing of its content. Arguments: namespace, name. */}}
{{- define "drop.versionOfSecret" -}}
{{- with (lookup "v1" "Secret" .namespace .name).metadata -}}
{{ .uid }}/{{ .resourceVersion }}
{{- end }}
{{- end }}

{{/* Changes when the token changes. */}}
{{- define "drop.tokenChecksum" -}}
{{- if .Values.token.existingSecret }}
{{- $secret := dict "namespace" .Release.Namespace "name" .Values.token.existingSecret }}
{{- include "drop.versionOfSecret" $secret | sha256sum }}
{{- else }}
{{- include "drop.token" . }}
{{- .Release.token | sha256sum }}
{{- end }}
{{- end }}

{{/* Changes when the certificate authority that Metacontroller must trust changes. */}}
{{- define "drop.authorityChecksum" -}}
{{- if not .Values.tls.enabled }}
{{- else if .Values.tls.existingSecret }}
{{- $secret := dict "namespace" .Release.Namespace "name" .Values.tls.existingSecret }}
{{- include "drop.versionOfSecret" $secret | sha256sum }}
{{- else }}
{{- include "drop.certificate" . }}
{{- index .Release.certificate "ca.crt" | sha256sum }}
{{- end }}
{{- end }}
