{{/* Checks that values.schema.json cannot express, or whose errors Helm would not explain. */}}

{{/* Arguments: a rule of files/rules.yaml, a value and its path. */}}
{{- define "drop.checkRule" -}}
{{- $text := include "drop.text" .value }}
{{- $isInvalid := false }}
{{- if .rule.pattern }}
{{- $isInvalid = not (regexMatch .rule.pattern $text) }}
{{- else }}
{{- $now := now }}
{{- $seconds := sub ($now | dateModify $text | unixEpoch | int64) ($now | unixEpoch | int64) }}
{{- /* Go parses a duration that overflows as zero. */}}
{{- $overflows := and (eq $seconds 0) (regexMatch "[1-9][0-9.]*h" $text) }}
{{- $isInvalid = or $overflows (gt $seconds (mul (int64 .rule.atMostHours) 3600)) }}
{{- end }}
{{- if $isInvalid }}
{{- if eq .rule.of "keys" }}{{ fail (printf "%s: %s, not %q" .path .rule.sentence $text) }}{{ end }}
{{- fail (printf "%s: %q %s" .path $text .rule.sentence) }}
{{- end }}
{{- end }}

{{- define "drop.checkRules" -}}
{{- range $rule := .Files.Get "files/rules.yaml" | fromYamlArray }}
{{- $value := $.Values }}
{{- $isSet := true }}
{{- range splitList "." $rule.path }}
{{- $isSet = and $isSet (kindIs "map" $value) (hasKey $value .) }}
{{- if $isSet }}{{ $value = index $value . }}{{ end }}
{{- end }}
{{- if not $isSet }}
{{- else if eq $rule.of "value" }}
{{- include "drop.checkRule" (dict "rule" $rule "value" $value "path" $rule.path) }}
{{- else }}
{{- range $key, $entry := $value }}
{{- if kindIs "invalid" $entry }}
{{- /* A null removes the entry. */}}
{{- else if eq $rule.of "keys" }}
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
{{- $decimal := dict "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "E" 1e18 }}
{{- $binary := dict "Ki" 0x1p10 "Mi" 0x1p20 "Gi" 0x1p30 "Ti" 0x1p40 "Pi" 0x1p50 "Ei" 0x1p60 }}
{{- $factors := merge $decimal $binary }}
{{- $suffix := regexFind "(m|[kMGTPE]i?)$" . }}
{{- mulf (trimSuffix $suffix . | float64) (ternary (get $factors $suffix) 1 (hasKey $factors $suffix)) }}
{{- end }}

{{/* Fails when a request is above its limit: no Pod could be created. Arguments: resources and their path. */}}
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
{{- if hasKey $.Values.podLabels . }}
{{- fail (printf "podLabels: %s is set by the chart and cannot be changed" .) }}
{{- end }}
{{- end }}
{{- range $value := list "labels" "annotations" }}
{{- range $key, $_ := index $.Values.pullPods $value }}
{{- if or (hasPrefix "drop.corewire.io/" $key) (eq $key "app.kubernetes.io/managed-by") }}
{{- fail (printf "pullPods.%s: %s is set by Drop and cannot be changed" $value $key) }}
{{- end }}
{{- end }}
{{- end }}
{{- $ours := list }}
{{- range include "drop.environment" . | fromYamlArray }}{{ $ours = append $ours .name }}{{ end }}
{{- range .Values.extraEnv }}
{{- if has .name $ours }}
{{- fail (printf "extraEnv: %s is set by the chart: set the value of the chart for it instead" .name) }}
{{- end }}
{{- end }}
{{- with .Values.networkPolicy }}
{{- if and .enabled (not .metacontroller.namespaceSelector) (not .metacontroller.podSelector) }}
{{- $problem := "networkPolicy: two empty selectors would allow every Pod to reach the hooks;" }}
{{- fail (cat $problem "select the Pods of Metacontroller, or set networkPolicy.enabled=false") }}
{{- end }}
{{- end }}
{{- if and .Values.serviceMonitor.enabled .Values.podMonitor.enabled }}
{{- fail "serviceMonitor.enabled and podMonitor.enabled are both true: set one of them to false" }}
{{- end }}
{{- with .Values.tls }}
{{- if and .existingSecret (not .enabled) }}
{{- fail "tls.existingSecret is set, but tls.enabled is false: set tls.enabled=true, or remove tls.existingSecret" }}
{{- end }}
{{- if and .enabled (hasPrefix "http://" $.Values.hooks.url) }}
{{- fail "hooks.url begins with http://, but tls.enabled is true: use https:// or set tls.enabled=false" }}
{{- end }}
{{- end }}
{{- with .Values.pullPods }}
{{- if and .createNamespace (has .namespace (list "" $.Release.Namespace)) }}
{{- $problem := "pullPods.createNamespace: the chart cannot create %s, the namespace of the release;" }}
{{- $remedy := "set pullPods.namespace to another one, or use the flag --create-namespace of helm" }}
{{- fail (cat (printf $problem $.Release.Namespace) $remedy) }}
{{- end }}
{{- if and .resourceQuota.enabled (not .resourceQuota.hard) }}
{{- fail "pullPods.resourceQuota.enabled is true, but pullPods.resourceQuota.hard is empty" }}
{{- end }}
{{- end }}
{{- end }}
