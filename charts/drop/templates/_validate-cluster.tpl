{{/* What cannot work in this cluster is said before anything is created. */}}

{{- define "drop.validateMetacontroller" -}}
{{- if .Values.createControllers }}
{{- range list "CompositeController" "DecoratorController" }}
{{- if not ($.Capabilities.APIVersions.Has (printf "metacontroller.k8s.io/v1alpha1/%s" .)) }}
{{- fail (printf "Metacontroller is not in this cluster (it has no kind %s.metacontroller.k8s.io). Install it first: helm install metacontroller oci://ghcr.io/metacontroller/metacontroller-helm --namespace metacontroller --create-namespace" .) }}
{{- end }}
{{- end }}
{{- $living := (lookup "metacontroller.k8s.io/v1alpha1" "CompositeController" "" "drop-fleets").metadata }}
{{- $owner := include "drop.owner" ($living | default dict) }}
{{- if and $living (ne $owner (include "drop.thisRelease" .)) }}
{{- fail (printf "Drop is registered with Metacontroller already, by %s: a cluster has one Drop" (ternary (printf "release %s" $owner) "no release of Helm" (not (empty $owner)))) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Takes the name and metadata of a living definition, and root. */}}
{{- define "drop.validateDefinition" -}}
{{- $owner := include "drop.owner" .metadata }}
{{- $isOurs := eq $owner (include "drop.thisRelease" .root) }}
{{- $isKept := eq (index (.metadata.annotations | default dict) "helm.sh/resource-policy" | default "") "keep" }}
{{- if .metadata.deletionTimestamp }}
{{- fail (printf "CustomResourceDefinition %s is still being deleted: try again in a moment" .name) }}
{{- end }}
{{- if and .root.Values.crds.install (not $owner) }}
{{- fail (printf "CustomResourceDefinition %s is in the cluster and belongs to no release of Helm: set crds.install=false, or hand it over as the README of the chart says" .name) }}
{{- end }}
{{- if and .root.Values.crds.install (not $isOurs) }}
{{- fail (printf "CustomResourceDefinition %s belongs to release %s: set crds.install=false, or hand it over as the README of the chart says" .name $owner) }}
{{- end }}
{{- /* Handed over in name, but still in the manifest of this release: Helm would delete it all the same. */}}
{{- $isInstalledHere := or $isOurs (regexMatch "^drop-[0-9]" (index (.metadata.labels | default dict) "helm.sh/chart" | default "")) }}
{{- if and (not .root.Values.crds.install) $isInstalledHere (not $isKept) .root.Release.IsUpgrade }}
{{- fail "crds.install=false would delete the CustomResourceDefinitions that this release installed, and with them every CachedImage and its record. Upgrade once with crds.install=true and crds.keep=true first; then they stay" }}
{{- end }}
{{- end }}

{{- define "drop.validateDefinitions" -}}
{{- range $name, $metadata := .Release.facts.definitions }}
{{- include "drop.validateDefinition" (dict "name" $name "metadata" $metadata "root" $) }}
{{- end }}
{{- if and (not .Values.crds.install) (not .Release.facts.served) .Release.facts.definitions }}
{{- fail "The CustomResourceDefinitions of Drop are in this cluster, but not yet served: try again in a moment" }}
{{- end }}
{{- if and (not .Values.crds.install) (not .Release.facts.served) }}
{{- fail "The CustomResourceDefinitions of Drop are not in this cluster: install the chart drop-crds first, or set crds.install=true" }}
{{- end }}
{{- end }}

{{/* Takes root, the name of a value, a Secret and its keys. */}}
{{- define "drop.validateSecret" -}}
{{- $namespace := .root.Release.Namespace }}
{{- $living := lookup "v1" "Secret" $namespace .secret }}
{{- if not $living }}
{{- fail (printf "%s: there is no Secret %s in namespace %s" .value .secret $namespace) }}
{{- end }}
{{- range .keys }}
{{- if not (index ($living.data | default dict) .) }}
{{- fail (printf "%s: Secret %s has no key %s" $.value $.secret .) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "drop.validateReferences" -}}
{{- with .Values.token }}
{{- if .existingSecret }}
{{- include "drop.validateSecret" (dict "root" $ "value" "token.existingSecret" "secret" .existingSecret "keys" (list .key)) }}
{{- end }}
{{- end }}
{{- with .Values.tls.existingSecret }}
{{- include "drop.validateSecret" (dict "root" $ "value" "tls.existingSecret" "secret" . "keys" (list "tls.crt" "tls.key" "ca.crt")) }}
{{- end }}
{{- with .Values.pullPods }}
{{- if and .namespace (not .createNamespace) (ne .namespace $.Release.Namespace) (not (lookup "v1" "Namespace" "" .namespace)) }}
{{- fail (printf "pullPods.namespace: there is no namespace %s; create it, or set pullPods.createNamespace=true" .namespace) }}
{{- end }}
{{- end }}
{{- range $value, $name := dict "priorityClassName" .Values.priorityClassName "pullPods.priorityClassName" .Values.pullPods.priorityClassName }}
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

{{- define "drop.validateCluster" -}}
{{- include "drop.facts" . }}
{{- if .Release.facts.connected }}
{{- include "drop.validateMetacontroller" . }}
{{- include "drop.validateDefinitions" . }}
{{- include "drop.validateReferences" . }}
{{- end }}
{{- end }}
