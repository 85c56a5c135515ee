// The shapes of what an installation sets on every pull Pod. An invalid part would make the API server refuse every
// pull Pod, so the chart and the service check it before.
import { z } from 'zod';
import { celSource, withRule } from '../../crds/rule.ts';
import { LABEL_LIMIT_CHARACTERS, labelKeyPattern, labelValuePattern } from '../../kubernetes/object-name.ts';
import { MANAGED_BY_LABEL, OUR_PREFIX } from './identity.ts';

/** Largest user or group ID that Kubernetes accepts: `IsValidUserID` of `pkg/apis/core/validation/validation.go`. */
const LARGEST_ID = 2 ** 31 - 1;
const LIST_LIMIT_ENTRIES = 64;
const TEXT_LIMIT_CHARACTERS = 256;
const LABELS_LIMIT = 32;
const ANNOTATIONS_LIMIT = 32;
const ANNOTATION_LIMIT_CHARACTERS = 4_096;

const id = z.int().min(0).max(LARGEST_ID);
const shortText = z.string().min(1).max(TEXT_LIMIT_CHARACTERS);
const list = <Entry extends z.ZodType>(entry: Entry) => z.array(entry).max(LIST_LIMIT_ENTRIES);

const profile = z.strictObject({
  type: z.enum(['RuntimeDefault', 'Localhost', 'Unconfined']),
  localhostProfile: shortText.optional(),
});
const seLinuxOptions = z
  .strictObject({ user: shortText, role: shortText, type: shortText, level: shortText })
  .partial();

/** Fields that a Pod and a container have in common. */
const commonFields = {
  appArmorProfile: profile,
  runAsGroup: id,
  runAsNonRoot: z.boolean(),
  runAsUser: id,
  seLinuxOptions,
  seccompProfile: profile,
};

/** A PodSecurityContext of core/v1 without the fields for Windows, because pull Pods run on Linux only. */
export const podSecurityContext = z
  .strictObject({
    ...commonFields,
    fsGroup: id,
    fsGroupChangePolicy: z.enum(['Always', 'OnRootMismatch']),
    seLinuxChangePolicy: z.enum(['MountOption', 'Recursive']),
    supplementalGroups: list(id),
    supplementalGroupsPolicy: z.enum(['Merge', 'Strict']),
    sysctls: list(z.strictObject({ name: shortText, value: shortText })),
  })
  .partial();

/** A SecurityContext of core/v1 without the fields for Windows. */
export const containerSecurityContext = z
  .strictObject({
    ...commonFields,
    allowPrivilegeEscalation: z.boolean(),
    capabilities: z.strictObject({ add: list(shortText), drop: list(shortText) }).partial(),
    privileged: z.boolean(),
    procMount: z.enum(['Default', 'Unmasked']),
    readOnlyRootFilesystem: z.boolean(),
  })
  .partial();

/** The keys that only Drop sets on a pull Pod. */
export const OUR_KEYS = `${OUR_PREFIX}* and ${MANAGED_BY_LABEL}`;
const isOurs = (key: string) => key.startsWith(OUR_PREFIX) || key === MANAGED_BY_LABEL;

const withoutNulls = (map: Readonly<Record<string, string | null>>) =>
  Object.fromEntries(Object.entries(map).filter((entry): entry is [string, string] => entry[1] !== null));

/** Labels or annotations in addition to those that identify a pull Pod. An entry that is null counts as absent. */
function metadataMap(value: z.ZodString, limit: number) {
  const map = z.record(z.string(), value.nullable()).meta({ maxProperties: limit });
  return withRule(map, {
    cel: `self.all(key, key.matches('${celSource(labelKeyPattern)}'))`,
    message: 'keys must be label keys such as example.com/team',
    holds: (entries) => Object.keys(entries).every((key) => labelKeyPattern.test(key)),
  })
    .refine((entries) => Object.keys(entries).length <= limit, `must have at most ${limit} entries`)
    .refine((entries) => !Object.keys(entries).some(isOurs), `${OUR_KEYS} are set by Drop and cannot be changed`)
    .transform(withoutNulls);
}

export const additionalLabels = metadataMap(
  z
    .string()
    .max(LABEL_LIMIT_CHARACTERS)
    .regex(labelValuePattern, 'must be a label value of letters, digits, dashes, underscores and dots'),
  LABELS_LIMIT,
);
export const additionalAnnotations = metadataMap(z.string().max(ANNOTATION_LIMIT_CHARACTERS), ANNOTATIONS_LIMIT);
