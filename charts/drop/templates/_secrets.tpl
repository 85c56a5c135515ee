{{/* What is generated once and kept: looked up before it is made anew, and the same in every template of one run. */}}

{{/* Puts the token into .Release.token. */}}
{{- define "drop.token" -}}
{{- if not (hasKey .Release "token") }}
{{- $living := lookup "v1" "Secret" .Release.Namespace (include "drop.tokenSecretName" .) }}
{{- $kept := index ($living.data | default dict) .Values.token.key | default "" | b64dec }}
{{- $_ := set .Release "token" ($kept | default (randAlphaNum 48)) }}
{{- end }}
{{- end }}

{{/* Names that the certificate is for. */}}
{{- define "drop.certificateNames" -}}
{{- $service := printf "%s.%s" (include "drop.name" .) .Release.Namespace }}
{{- $names := list $service (printf "%s.svc" $service) (printf "%s.svc.cluster.local" $service) }}
{{- if .Values.hooks.url }}
{{- $names = append $names (urlParse .Values.hooks.url).hostname }}
{{- end }}
{{- $names | uniq | join "," }}
{{- end }}

{{/* Puts tls.crt, tls.key and ca.crt, base64, into .Release.certificate; made anew when the names are others. */}}
{{- define "drop.certificate" -}}
{{- if not (hasKey .Release "certificate") }}
{{- $names := include "drop.certificateNames" . }}
{{- $living := lookup "v1" "Secret" .Release.Namespace (include "drop.tlsSecretName" .) }}
{{- $data := $living.data | default dict }}
{{- $livingNames := index (($living.metadata).annotations | default dict) "drop.corewire.io/certificate-names" }}
{{- if or (ne ($livingNames | default "") $names) (not (and (hasKey $data "tls.crt") (hasKey $data "tls.key") (hasKey $data "ca.crt"))) }}
{{- $tenYears := 3650 }}
{{- $authority := genCA "drop-hooks" $tenYears }}
{{- $hosts := splitList "," $names }}
{{- $addresses := list }}
{{- $domains := list }}
{{- range $hosts }}
{{- if regexMatch "^([0-9.]+|.*:.*)$" . }}{{ $addresses = append $addresses . }}{{ else }}{{ $domains = append $domains . }}{{ end }}
{{- end }}
{{- $certificate := genSignedCert (first $hosts) $addresses $domains $tenYears $authority }}
{{- $data = dict "tls.crt" (b64enc $certificate.Cert) "tls.key" (b64enc $certificate.Key) "ca.crt" (b64enc $authority.Cert) }}
{{- end }}
{{- $_ := set .Release "certificate" $data }}
{{- end }}
{{- end }}

{{/* Changes with an existing Secret without telling what is in it. */}}
{{- define "drop.versionOfSecret" -}}
{{- with (lookup "v1" "Secret" .namespace .name).metadata -}}
{{ .uid }}/{{ .resourceVersion }}
{{- end }}
{{- end }}

{{/* Changes with the token. */}}
{{- define "drop.tokenChecksum" -}}
{{- if .Values.token.existingSecret }}
{{- include "drop.versionOfSecret" (dict "namespace" .Release.Namespace "name" .Values.token.existingSecret) | sha256sum }}
{{- else }}
{{- include "drop.token" . }}
{{- .Release.token | sha256sum }}
{{- end }}
{{- end }}

{{/* Changes with the authority that Metacontroller has to trust. */}}
{{- define "drop.authorityChecksum" -}}
{{- if not .Values.tls.enabled }}
{{- else if .Values.tls.existingSecret }}
{{- include "drop.versionOfSecret" (dict "namespace" .Release.Namespace "name" .Values.tls.existingSecret) | sha256sum }}
{{- else }}
{{- include "drop.certificate" . }}
{{- index .Release.certificate "ca.crt" | sha256sum }}
{{- end }}
{{- end }}
