// Tells whether an answer is one that Metacontroller and the API server could take, or a refusal that says why.
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

import { kinds } from '../../crds/kinds.ts';
import { mustBeRefused, refusalProblem } from './check-refusal.ts';
import type { HookRequest } from './requests.ts';

export interface HookAnswer {
  readonly statusCode: number;
  readonly body: string;
}

const metadata = z.strictObject({
  name: z.string(),
  namespace: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
const child = z.strictObject({ apiVersion: z.string(), kind: z.string(), metadata, spec: z.unknown().optional() });
const resyncAfterSeconds = z.number().min(0).optional();

const pod = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Pod'),
  metadata,
  // Absent: a Pod that is kept.
  spec: z
    .object({ nodeName: z.string().min(1), containers: z.array(z.object({ image: z.string().min(1) })) })
    .optional(),
});

const compositeAnswer = z.strictObject({ status: z.unknown(), children: z.array(child), resyncAfterSeconds });
const decoratorAnswer = z.strictObject({ attachments: z.array(child), resyncAfterSeconds });
const selection = { apiVersion: z.string(), resource: z.string(), namespace: z.string().optional() };
const customizeAnswer = z.strictObject({
  relatedResources: z.array(
    z.union([
      z.strictObject({ ...selection, labelSelector: z.looseObject({}) }),
      z.strictObject({ ...selection, names: z.array(z.string()) }),
    ]),
  ),
});
function problemOf(schema: z.ZodType, value: unknown, what: string): string | undefined {
  const result = schema.safeParse(value);
  if (result.success) return undefined;
  const [issue] = result.error.issues;
  return `${what}: ${issue?.path.map(String).join('.')} ${issue?.message}`;
}

type Child = z.infer<typeof child>;

/** The children of that kind which the request says there are. */
function observedChildren(request: unknown, { apiVersion, kind }: Child): readonly Partial<Child>[] {
  const { children, attachments } = Object(request) as { readonly children?: unknown; readonly attachments?: unknown };
  const group: unknown = Object(children ?? attachments)[`${kind}.${apiVersion}`];
  return Object.values(Object(group) as object).map((each: unknown) => Object(each) as Partial<Child>);
}

const identityOf = (metadata: unknown) => {
  const { namespace, name } = Object(metadata) as { readonly namespace?: unknown; readonly name?: unknown };
  return `${typeof namespace === 'string' ? namespace : ''}/${typeof name === 'string' ? name : ''}`;
};

/** The same object, as often as the request has it. */
function sameObserved(request: unknown, each: Child): readonly Partial<Child>[] {
  return observedChildren(request, each).filter(({ metadata }) => identityOf(metadata) === identityOf(each.metadata));
}

/** Excuse: a child that is kept goes back with the very spec that it was sent with, and that may be as wrong as it was, or absent. */
function isKeptAsObserved(request: unknown, each: Child): boolean {
  return sameObserved(request, each).some(({ spec }) => isDeepStrictEqual(spec, each.spec));
}

/** Excuse: a Pod that is kept goes back by its name alone, for a Pod never changes; so it must have been sent. */
function podProblem(each: Child, request: unknown): string | undefined {
  if (each.spec === undefined && sameObserved(request, each).length === 0) {
    return `the Pod ${each.metadata.name} of the answer has no spec and was not there before`;
  }
  return problemOf(pod, each, 'a Pod of the answer');
}

function childProblem(each: Child, request: unknown): string | undefined {
  if (each.kind === 'Pod') return podProblem(each, request);
  const kind = kinds.find((known) => known.kind === each.kind);
  if (kind === undefined) return `a child of the unknown kind ${each.kind}`;
  const problem = problemOf(kind.spec, each.spec, `the spec of a ${each.kind} of the answer`);
  return problem === undefined || isKeptAsObserved(request, each) ? undefined : problem;
}

/** Excuse: Metacontroller sends no object under two keys; who does gets it back as often as he sent it, not more often. */
function timesProblem(children: readonly Child[], request: unknown): string | undefined {
  const times = new Map<string, number>();
  for (const each of children) {
    const identity = `${each.kind} ${identityOf(each.metadata)}`;
    const count = (times.get(identity) ?? 0) + 1;
    if (count > Math.max(1, sameObserved(request, each).length)) return `${identity} is ${count} times in the answer`;
    times.set(identity, count);
  }
  return undefined;
}

function childrenProblem(children: readonly Child[], request: unknown): string | undefined {
  const problem = timesProblem(children, request);
  return problem ?? children.map((each) => childProblem(each, request)).find((found) => found !== undefined);
}

const decoratorPaths = ['/hooks/nodes/sync', '/hooks/defaults/sync'];

function answerProblem(path: string, answer: unknown, request: unknown): string | undefined {
  if (path.endsWith('/customize')) return problemOf(customizeAnswer, answer, 'the answer');
  const [schema, field] = decoratorPaths.includes(path)
    ? [decoratorAnswer, 'attachments']
    : [compositeAnswer, 'children'];
  const problem = problemOf(schema, answer, 'the answer');
  if (problem !== undefined) return problem;
  const { status, [field]: children = [] } = answer as Record<string, unknown>;
  const statusShape = kinds.find(({ plural }) => path === `/hooks/${plural}/sync`)?.status?.strict();
  const statusProblem = statusShape === undefined ? undefined : problemOf(statusShape, status, 'the status');
  return statusProblem ?? childrenProblem(children as readonly Child[], request);
}

export interface Sent {
  readonly request: HookRequest;
  /** What was sent: the request's body as text, or what became of it. */
  readonly payload: string;
  /** Whether it is as Metacontroller sends it: then it must get an answer. */
  readonly isValid: boolean;
}

/** Takes what was sent and what came back; gives what is wrong with that, most often nothing. */
export function violationOf({ request, payload, isValid }: Sent, { statusCode, body }: HookAnswer): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return `${statusCode} with a body that is no JSON`;
  }
  if (statusCode === 200 && mustBeRefused(payload)) return '200 for what makes no sense';
  if (statusCode === 200) return answerProblem(request.path, parsed, request.body);
  if (isValid) return `${statusCode} for a valid request: ${body.slice(0, 200)}`;
  return refusalProblem(payload, statusCode, parsed);
}
