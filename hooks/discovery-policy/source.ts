// A source of the spec, read once: what to ask, how to read the answer, and the hash by which its last results are known.
import { createHash } from 'node:crypto';
import type { DiscoveryPolicySpec, DiscoverySource } from '../../crds/discovery-policy.ts';
import { MESSAGE_LIMIT_CHARACTERS } from '../../crds/limits.ts';
import { redactMessage } from '../text/redact.ts';
import { type Pattern, readPattern } from './pattern.ts';
import { DEFAULT_TEMPLATE, readTemplate, type Template } from './template.ts';

export interface CompiledSource {
  readonly index: number;
  readonly spec: DiscoverySource;
  /** What a person knows it by. */
  readonly target: string;
  readonly hash: string;
  /** For a registry: which tags count, and how a tag becomes an image. */
  readonly tagFilter: Pattern | undefined;
  readonly template: Template | undefined;
}

export interface CompiledPolicy {
  readonly spec: DiscoveryPolicySpec;
  readonly imageFilter: Pattern | undefined;
  readonly sources: readonly CompiledSource[];
}

export type PolicySpecResult =
  | { readonly ok: true; readonly policy: CompiledPolicy }
  | { readonly ok: false; readonly problem: string };

const HASH_CHARACTERS = 16;

/** A text of the source in which the order of fields does not matter. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}

function hashOf(source: DiscoverySource): string {
  return createHash('sha256').update(canonicalText(source)).digest('hex').slice(0, HASH_CHARACTERS);
}

/** Host and port of a URL whose shape was checked. */
export function hostOf(url: string): string {
  return /^https?:\/\/([^/?#]+)/.exec(url)?.[1] ?? url;
}

/** It goes into conditions, and onto every image found there, so it is short and without a query. */
function targetOf({ prometheus, registry }: DiscoverySource): string {
  return redactMessage(prometheus?.endpoint ?? registry?.url ?? '', MESSAGE_LIMIT_CHARACTERS);
}

interface Reader {
  /** The first problem found, with the field it is in. */
  problem: string | undefined;
}

function patternIn(reader: Reader, field: string, source: string | undefined): Pattern | undefined {
  if (source === undefined) return undefined;
  const reading = readPattern(source);
  if (reading.ok) return reading.pattern;
  reader.problem ??= `${field}: ${reading.problem}`;
  return undefined;
}

function templateIn(reader: Reader, field: string, source: string): Template | undefined {
  const reading = readTemplate(source);
  if (reading.ok) return reading.render;
  reader.problem ??= `${field}: ${reading.problem}`;
  return undefined;
}

function readSource(reader: Reader, spec: DiscoverySource, index: number): CompiledSource {
  const field = `spec.sources.${index}.registry`;
  const { registry } = spec;
  return {
    index,
    spec,
    target: targetOf(spec),
    hash: hashOf(spec),
    tagFilter: patternIn(reader, `${field}.tagFilter`, registry?.tagFilter),
    template:
      registry === undefined
        ? undefined
        : templateIn(reader, `${field}.imageTemplate`, registry.imageTemplate ?? DEFAULT_TEMPLATE),
  };
}

/** Takes a spec of the right shape; gives its patterns and templates compiled, or the first that cannot be. */
export function compilePolicySpec(spec: DiscoveryPolicySpec): PolicySpecResult {
  const reader: Reader = { problem: undefined };
  const imageFilter = patternIn(reader, 'spec.imageFilter', spec.imageFilter);
  const sources = spec.sources.map((source, index) => readSource(reader, source, index));
  return reader.problem === undefined
    ? { ok: true, policy: { spec, imageFilter, sources } }
    : { ok: false, problem: reader.problem };
}
