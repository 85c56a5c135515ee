{{/* Checks of the cluster, so that a release that cannot work fails before it creates anything. */}}

{{- define "drop.validateMetacontroller" -}}
{{- if .Values.createControllers }}
{{- range list "CompositeController" "DecoratorController" }}
{{- if not ($.Capabilities.APIVersions.Has (printf "metacontroller.k8s.io/v1alpha1/%s" .)) }}
{{- $problem := printf "Metacontroller is not installed in this cluster (kind %s.metacontroller.k8s.io not found)." . }}
{{- $chart := "oci://ghcr.io/metacontroller/metacontroller-helm" }}
{{- $remedy := "Install it first: helm install metacontroller %s --namespace metacontroller --create-namespace" }}
{{- fail (cat $problem (printf $remedy $chart)) }}
{{- end }}
{{- end }}
{{- $existing := (lookup "metacontroller.k8s.io/v1alpha1" "CompositeController" "" "drop-fleets").metadata }}
{{- $owner := include "drop.owner" ($existing | default dict) }}
{{- if and $existing (ne $owner (include "drop.thisRelease" .)) }}
{{- $owner = ternary "no Helm release" (printf "release %s" $owner) (empty $owner) }}
{{- $problem := "Drop is already registered with Metacontroller (CompositeController drop-fleets, owned by %s)." }}
{{- $remedy := "A cluster can run only one Drop: remove the other one first" }}
{{- fail (cat (printf $problem $owner) $remedy) }}
{{- end }}
{{- end }}
{{- end }}

{{/*
With crds.install the subchart checks the definitions itself. Without it they must exist, and an upgrade must not delete
them: Helm deletes what the last manifest of this release has and the new one lacks, unless it is annotated to be kept.
*/}}
{{- define "drop.validateDefinitions" -}}
{{- if not .Values.crds.install }}
{{- $name := "cachedimages.drop.corewire.io" }}
{{- $existing := (lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" $name).metadata }}
{{- if not $existing }}
{{- $problem := "The CustomResourceDefinitions of Drop are not in this cluster:" }}
{{- fail (cat $problem "install the chart drop-crds first, or set crds.install=true") }}
{{- end }}
{{- $isOurs := regexMatch "^crds-[0-9]" (index ($existing.labels | default dict) "helm.sh/chart" | default "") }}
{{- $isKept := eq (index ($existing.annotations | default dict) "helm.sh/resource-policy" | default "") "keep" }}
{{- if and .Release.IsUpgrade $isOurs (not $isKept) }}
{{- $problem := "crds.install=false would delete the CustomResourceDefinitions that this release installed," }}
{{- $remedy := "Upgrade once with crds.install=true and crds.keep=true first" }}
{{- fail (cat $problem "and with them every CachedImage." $remedy) }}
{{- end }}
{{- include "drop.validateNewestDefinition" (dict "root" $ "metadata" $existing) }}
{{- end }}
{{- end }}

{{/*
Fails where the definitions are older than this chart: then the newest one does not exist. Arguments: root, and the
metadata of an existing definition.
*/}}
{{- define "drop.validateNewestDefinition" -}}
{{- $newest := "inventories.drop.corewire.io" }}
{{- if not (lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" $newest) }}
{{- $owner := include "drop.owner" .metadata }}
{{- $remedy := "Apply the new ones first: kubectl apply -f charts/drop/charts/drop-crds/files/crds" }}
{{- if eq $owner (include "drop.thisRelease" .root) }}
{{- $remedy = "This release owns them: set crds.install=true, which upgrades them" }}
{{- else if $owner }}
{{- $remedy = printf "Upgrade release %s first, with the chart charts/drop/charts/drop-crds" $owner }}
{{- end }}
{{- $problem := "The CustomResourceDefinitions of Drop in this cluster are older than this chart (%s not found)," }}
{{- fail (cat (printf $problem $newest) "and crds.install=false does not upgrade them." $remedy) }}
{{- end }}
{{- end }}

{{/* Arguments: root, the name of a value, the name of a Secret and its required keys. */}}
{{- define "drop.validateSecret" -}}
{{- $namespace := .root.Release.Namespace }}
{{- $existing := lookup "v1" "Secret" $namespace .secret }}
{{- if not $existing }}
{{- fail (printf "%s: there is no Secret %s in namespace %s" .value .secret $namespace) }}
{{- end }}
{{- range .keys }}
{{- if not (index ($existing.data | default dict) .) }}
{{- fail (printf "%s: Secret %s has no key %s" $.value $.secret .) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "drop.validateReferences" -}}
{{- with .Values.token }}
{{- if .existingSecret }}
{{- $token := dict "root" $ "value" "token.existingSecret" "secret" .existingSecret "keys" (list .key) }}
{{- include "drop.validateSecret" $token }}
{{- end }}
{{- end }}
{{- with .Values.tls.existingSecret }}
{{- $keys := list "tls.crt" "tls.key" "ca.crt" }}
{{- include "drop.validateSecret" (dict "root" $ "value" "tls.existingSecret" "secret" . "keys" $keys) }}
{{- end }}
{{- with .Values.pullPods }}
{{- $mustExist := and .namespace (not .createNamespace) (ne .namespace $.Release.Namespace) }}
{{- if and $mustExist (not (lookup "v1" "Namespace" "" .namespace)) }}
{{- $problem := printf "pullPods.namespace: there is no namespace %s;" .namespace }}
{{- fail (cat $problem "create it, or set pullPods.createNamespace=true") }}
{{- end }}
{{- end }}
{{- $classNames := dict "priorityClassName" .Values.priorityClassName }}
{{- $_ := set $classNames "pullPods.priorityClassName" .Values.pullPods.priorityClassName }}
{{- range $value, $name := $classNames }}
{{- if and $name (not (lookup "scheduling.k8s.io/v1" "PriorityClass" "" $name)) }}
{{- fail (printf "%s: there is no PriorityClass %s" $value $name) }}
{{- end }}
{{- end }}
{{- with .Values.serviceAccount }}
{{- if and (not .create) .name (not (lookup "v1" "ServiceAccount" $.Release.Namespace .name)) }}
{{- fail (printf "serviceAccount.name: there is no ServiceAccount %s in namespace %s" .name $.Release.Namespace) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Otherwise each rendering would contain another token and certificate, and Argo CD would apply all of them. */}}
{{- define "drop.validateOffline" -}}
{{- $values := list }}
{{- if not .Values.token.existingSecret }}{{ $values = append $values "token.existingSecret" }}{{ end }}
{{- if and .Values.tls.enabled (not .Values.tls.existingSecret) }}
{{- $values = append $values "tls.existingSecret" }}
{{- end }}
{{- with $values }}
{{- $problem := "Helm cannot look into a cluster here, so it would generate other secrets with each rendering:" }}
{{- $what := ternary "Secrets that you create" "a Secret that you create" (gt (len .) 1) }}
{{- fail (printf "%s set %s to %s (or use --dry-run=server)" $problem (join " and " .) $what) }}
{{- end }}
{{- end }}

{{- define "drop.validateMonitoring" -}}
{{- range $value := list "serviceMonitor" "podMonitor" "prometheusRule" }}
{{- if and (index $.Values $value).enabled (not ($.Capabilities.APIVersions.Has "monitoring.coreos.com/v1")) }}
{{- $problem := printf "%s.enabled: the API monitoring.coreos.com/v1 is not in this cluster;" $value }}
{{- $remedy := "install the Prometheus Operator first, or pass --api-versions monitoring.coreos.com/v1" }}
{{- fail (cat $problem $remedy "where Helm cannot look into the cluster") }}
{{- end }}
{{- end }}
{{- end }}

{{- define "drop.validateCluster" -}}
{{- include "drop.validateMonitoring" . }}
{{- if not (include "drop.isConnected" .) }}
{{- include "drop.validateOffline" . }}
{{- else }}
{{- include "drop.validateMetacontroller" . }}
{{- include "drop.validateDefinitions" . }}
{{- include "drop.validateReferences" . }}
{{- end }}
{{- end }}
