// Reads CompositeController and DecoratorController objects. Features that the simulator does not model are refused.
import { z } from 'zod';
import { type Resource, resources } from '../resources.ts';
import { SyncError } from './sync-error.ts';

const DEFAULT_TIMEOUT_SECONDS = 10;

const webhook = z
  .strictObject({
    url: z.string().optional(),
    path: z.string().optional(),
    service: z.unknown().optional(),
    timeout: z
      .string()
      .regex(/^\d+s$/)
      .optional(),
    authorization: z.unknown().optional(),
  })
  .transform(({ url, path, timeout }) => ({
    path: url === undefined ? (path ?? '') : new URL(url).pathname,
    timeoutSeconds: timeout === undefined ? DEFAULT_TIMEOUT_SECONDS : Number.parseInt(timeout, 10),
  }));

const hook = z.strictObject({ version: z.literal('v2'), webhook }).transform((value) => value.webhook);

const hooks = z.strictObject({ sync: hook, customize: hook.optional() });

const childResource = z.strictObject({
  apiVersion: z.string(),
  resource: z.string(),
  updateStrategy: z.strictObject({ method: z.enum(['OnDelete', 'InPlace']) }).optional(),
});

const metadata = z.looseObject({ name: z.string() });

const composite = z.object({
  kind: z.literal('CompositeController'),
  metadata,
  spec: z.strictObject({
    // Otherwise each parent needs a selector of its own, which none of the project's kinds has.
    generateSelector: z.literal(true),
    parentResource: z.strictObject({
      apiVersion: z.string(),
      resource: z.string(),
      ignoreStatusChanges: z.boolean().optional(),
    }),
    childResources: z.array(childResource).optional(),
    hooks,
  }),
});

const decorator = z.object({
  kind: z.literal('DecoratorController'),
  metadata,
  spec: z.strictObject({
    resources: z.tuple([
      z.strictObject({ apiVersion: z.string(), resource: z.string(), ignoreStatusChanges: z.boolean().optional() }),
    ]),
    attachments: z.array(childResource).optional(),
    hooks,
  }),
});

const controllerObject = z.discriminatedUnion('kind', [composite, decorator]);

export interface Hook {
  readonly path: string;
  readonly timeoutSeconds: number;
}

export type UpdateMethod = 'OnDelete' | 'InPlace';

interface ChildRule {
  readonly resource: Resource;
  readonly method: UpdateMethod;
}

export interface ControllerDefinition {
  readonly kind: 'CompositeController' | 'DecoratorController';
  readonly name: string;
  readonly parent: Resource;
  readonly ignoreStatusChanges: boolean;
  readonly children: readonly ChildRule[];
  readonly sync: Hook;
  readonly customize: Hook | undefined;
}

/** Throws SyncError for a resource that is not served. */
export function findResource(apiVersion: string, plural: string): Resource {
  const found = resources.find((resource) => resource.apiVersion === apiVersion && resource.resource === plural);
  if (found === undefined) throw new SyncError(`discovery: can't find resource ${plural} in apiVersion ${apiVersion}`);
  return found;
}

function childRule(child: z.infer<typeof childResource>): ChildRule {
  return {
    resource: findResource(child.apiVersion, child.resource),
    method: child.updateStrategy?.method ?? 'OnDelete',
  };
}

/** Throws a ZodError for a feature that is not modelled. */
export function readController(object: unknown): ControllerDefinition {
  const { kind, metadata, spec } = controllerObject.parse(object);
  const isComposite = 'parentResource' in spec;
  const parent = isComposite ? spec.parentResource : spec.resources[0];
  const children = isComposite ? spec.childResources : spec.attachments;
  return {
    kind,
    name: metadata.name,
    parent: findResource(parent.apiVersion, parent.resource),
    ignoreStatusChanges: parent.ignoreStatusChanges ?? false,
    children: (children ?? []).map(childRule),
    sync: spec.hooks.sync,
    customize: spec.hooks.customize,
  };
}
