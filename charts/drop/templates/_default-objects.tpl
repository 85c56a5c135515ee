{{/*
The Fleet and the PullPolicy named default, in one of two ways. Takes root, kind, spec and a spec that does nothing.

- Where their kinds exist they are part of the release like anything else.
- In the run that creates the kinds they cannot be: Helm asks for every kind of its manifest before it creates the first
  object. They are created by hooks at the end of that run, with the marks of ownership by which the next upgrade makes them
  part of the release. They are never deleted and created anew by an upgrade, which would kill what runs.
*/}}
{{- define "drop.defaultObject" -}}
{{- include "drop.facts" .root }}
{{- if .root.Release.facts.served }}
{{- $living := (lookup "drop.corewire.io/v1alpha1" .kind "" "default").metadata | default dict }}
{{- $isAdopted := include "drop.isAdopted" (merge (dict "living" $living) .) }}
{{- $object := include "drop.defaultManifest" . | fromYaml }}
{{- include "drop.adoptable" (dict "object" $object "living" (ternary $living dict (not (empty $isAdopted)))) }}
{{- else }}
{{- include "drop.defaultHooks" . }}
{{- end }}
{{- end }}

{{- define "drop.defaultHooks" -}}
{{- /* After a rollback to this revision too: Helm deletes then what became part of the release later. */}}
{{- $creation := dict "helm.sh/hook" "post-install,post-upgrade,post-rollback" "helm.sh/hook-delete-policy" "before-hook-creation" }}
{{- $_ := set $creation "drop.corewire.io/created-in-revision" (toString .root.Release.Revision) }}
{{- $_ := set $creation "drop.corewire.io/created-with-spec" (toJson .spec) }}
{{- include "drop.defaultManifest" (merge (dict "annotations" $creation) .) }}
{{- if .root.Values.crds.keep }}
{{- /*
What a hook created is not deleted on uninstall; here it would outlive the release. A hook deletes the object first, creates
it anew because that is what hooks do, so that it does nothing, and deletes it again.
*/}}
{{- $deletion := dict "helm.sh/hook" "pre-delete" "helm.sh/hook-delete-policy" "before-hook-creation,hook-succeeded" }}
---
{{ include "drop.defaultManifest" (merge (dict "annotations" $deletion "spec" .idleSpec) .) }}
{{- end }}
{{- end }}

{{/*
Takes the metadata of the living object beside the rest; says whether this run adopts it and has to change it: a hook created
it with another spec, and the revision of that hook is still the one that Helm compares with.
*/}}
{{- define "drop.isAdopted" -}}
{{- $annotations := .living.annotations | default dict }}
{{- $revision := get $annotations "drop.corewire.io/created-in-revision" }}
{{- if and $revision (ne (get $annotations "drop.corewire.io/created-with-spec") (toJson .spec)) }}
{{- $record := printf "sh.helm.release.v1.%s.v%s" .root.Release.Name $revision }}
{{- $status := ((lookup "v1" "Secret" .root.Release.Namespace $record).metadata).labels | default dict }}
{{- if not (has (get $status "status") (list "superseded" "")) }}true{{ end }}
{{- end }}
{{- end }}

{{/*
Takes an object and, when Helm is about to adopt it, the metadata of the living one. Helm compares a custom resource with the
manifest of the release before, and one that it adopts with itself: it would find no difference and change nothing. Written
twice, the first makes Helm read the living object and the second is compared with that. (It needs the resourceVersion, since
the difference would take it away, which the API server refuses. What changes the object in that second makes the upgrade
fail with a conflict; it can then be repeated.)
*/}}
{{- define "drop.adoptable" -}}
{{- toYaml .object }}
{{- with .living }}
{{- $twin := deepCopy $.object }}
{{- $_ := set $twin.metadata "resourceVersion" .resourceVersion }}
---
{{ toYaml $twin }}
{{- end }}
{{- end }}

{{- define "drop.defaultManifest" -}}
{{- $ownership := dict "meta.helm.sh/release-name" .root.Release.Name "meta.helm.sh/release-namespace" .root.Release.Namespace -}}
apiVersion: drop.corewire.io/v1alpha1
kind: {{ .kind }}
metadata:
  name: default
  labels:
    {{- include "drop.labels" .root | nindent 4 }}
  annotations:
    {{- merge $ownership (.annotations | default dict) | toYaml | nindent 4 }}
spec:
  {{- toYaml .spec | nindent 2 }}
{{- end }}
