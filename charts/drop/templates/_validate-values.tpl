{{/* What values.schema.json cannot say, or not so that a person understands it. */}}

{{/* Takes a rule of files/rules.yaml, a value and where it is; fails with its sentence. */}}
{{- define "drop.checkRule" -}}
{{- $text := include "drop.text" .value }}
{{- $wrong := false }}
{{- if .rule.pattern }}
{{- $wrong = not (regexMatch .rule.pattern $text) }}
{{- else }}
{{- $now := now }}
{{- $seconds := sub ($now | dateModify $text | unixEpoch | int64) ($now | unixEpoch | int64) }}
{{- /* A duration that overflows is taken for none. */}}
{{- $overflows := and (eq $seconds 0) (regexMatch "[1-9][0-9.]*h" $text) }}
{{- $wrong = or $overflows (gt $seconds (mul (int64 .rule.atMostHours) 3600)) }}
{{- end }}
{{- if $wrong }}
{{- if eq .rule.of "keys" }}{{ fail (printf "%s: %s; %q is none" .path .rule.sentence $text) }}{{ end }}
{{- fail (printf "%s: %q %s" .path $text .rule.sentence) }}
{{- end }}
{{- end }}

{{- define "drop.checkRules" -}}
{{- range $rule := .Files.Get "files/rules.yaml" | fromYamlArray }}
{{- $value := $.Values }}
{{- $isSet := true }}
{{- range splitList "." $rule.path }}
{{- if and $isSet (kindIs "map" $value) (hasKey $value .) }}{{ $value = index $value . }}{{ else }}{{ $isSet = false }}{{ end }}
{{- end }}
{{- if not $isSet }}
{{- else if eq $rule.of "value" }}
{{- include "drop.checkRule" (dict "rule" $rule "value" $value "path" $rule.path) }}
{{- else }}
{{- range $key, $entry := $value }}
{{- if eq $rule.of "keys" }}
{{- include "drop.checkRule" (dict "rule" $rule "value" $key "path" $rule.path) }}
{{- else }}
{{- include "drop.checkRule" (dict "rule" $rule "value" $entry "path" (printf "%s.%s" $rule.path $key)) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* A quantity as a number. */}}
{{- define "drop.quantity" -}}
{{- $factors := dict "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "E" 1e18 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 "Pi" 1125899906842624 "Ei" 1152921504606846976 }}
{{- $suffix := regexFind "(m|[kMGTPE]i?)$" . }}
{{- mulf (trimSuffix $suffix . | float64) (ternary (get $factors $suffix) 1 (hasKey $factors $suffix)) }}
{{- end }}

{{/* Takes resources and their path; fails when a request is above its limit, which would let no Pod start. */}}
{{- define "drop.checkResources" -}}
{{- $path := .path }}
{{- $limits := .resources.limits }}
{{- range $name, $request := .resources.requests }}
{{- if hasKey $limits $name }}
{{- $limit := include "drop.text" (get $limits $name) }}
{{- $request := include "drop.text" $request }}
{{- if gt (include "drop.quantity" $request | float64) (include "drop.quantity" $limit | float64) }}
{{- fail (printf "%s: the request of %s %s is above its limit %s" $path $name $request $limit) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "drop.validateValues" -}}
{{- include "drop.checkRules" . }}
{{- include "drop.checkResources" (dict "path" "resources" "resources" .Values.resources) }}
{{- include "drop.checkResources" (dict "path" "pullPods.resources" "resources" .Values.pullPods.resources) }}
{{- range list "app.kubernetes.io/name" "app.kubernetes.io/instance" }}
{{- if hasKey $.Values.podLabels . }}{{ fail (printf "podLabels: %s is the chart's own" .) }}{{ end }}
{{- end }}
{{- with .Values.networkPolicy }}
{{- if and .enabled (not .metacontroller.namespaceSelector) (not .metacontroller.podSelector) }}
{{- fail "networkPolicy: two empty selectors let every Pod reach the hooks; say where Metacontroller runs, or set networkPolicy.enabled=false" }}
{{- end }}
{{- end }}
{{- with .Values.tls }}
{{- if and .existingSecret (not .enabled) }}
{{- fail "tls.existingSecret is set, but tls.enabled is false: set tls.enabled=true, or leave the Secret out" }}
{{- end }}
{{- if and .enabled (hasPrefix "http://" $.Values.hooks.url) }}
{{- fail "hooks.url begins with http://, but tls.enabled is true: use https:// or set tls.enabled=false" }}
{{- end }}
{{- end }}
{{- with .Values.pullPods }}
{{- if and .createNamespace (has .namespace (list "" $.Release.Namespace)) }}
{{- fail (printf "pullPods.createNamespace: the pull Pods would run in %s, the namespace of the release, which is not the chart's to create; set pullPods.namespace to another, or use helm's --create-namespace" $.Release.Namespace) }}
{{- end }}
{{- if and .resourceQuota.enabled (not .resourceQuota.hard) }}
{{- fail "pullPods.resourceQuota: enabled without anything in hard" }}
{{- end }}
{{- end }}
{{- end }}
