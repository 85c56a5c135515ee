// OCI registries: the newest tags of each repository become images, and the newest of n tags has the score n.
import { z } from 'zod';
import { isDockerHub } from '../../../kubernetes/docker-hub.ts';
import { DEFAULT_REGISTRY } from '../../../kubernetes/image-reference.ts';
import { compiledField } from '../compiled-field.ts';
import { compilePattern, type Pattern } from '../pattern.ts';
import { compileTemplate, DEFAULT_TEMPLATE, type Template } from './image-template.ts';
import { newestTags } from './newest-tags.ts';
import { isSameUrl } from './same-url.ts';
import { normalizedReference, remark } from './scored-image.ts';
import type { ParsedResponse, QueryOrigin, SourceBlock, SourceType } from './source-type.ts';

export interface CompiledRegistry {
  readonly block: SourceBlock<'registry'>;
  /** Undefined: every tag is a candidate. */
  readonly tagFilter: Pattern | undefined;
  readonly imageTemplate: Template;
}

export interface RegistryQuery extends QueryOrigin {
  readonly type: 'registry';
  /** Base URL of the registry. */
  readonly url: string;
  readonly repositories: readonly string[];
}

export interface RegistryResponse {
  readonly ok: true;
  readonly type: 'registry';
  /** Tags in the order of the registry. */
  readonly repositories: readonly { readonly repository: string; readonly tags: readonly string[] }[];
}

/** The registry in the references of images at this http or https URL: its host and port, or Docker Hub's name. */
function registryOf(url: string): string {
  if (isDockerHub(url)) return DEFAULT_REGISTRY;
  return /^https?:\/\/([^/?#]+)/.exec(url)?.[1] ?? url;
}

function compile(block: SourceBlock<'registry'>, path: string): CompiledRegistry {
  const { tagFilter, imageTemplate = DEFAULT_TEMPLATE } = block;
  return {
    block,
    tagFilter: tagFilter === undefined ? undefined : compiledField(`${path}.tagFilter`, compilePattern(tagFilter)),
    imageTemplate: compiledField(`${path}.imageTemplate`, compileTemplate(imageTemplate)),
  };
}

function parse(response: RegistryResponse, { block, tagFilter, imageTemplate }: CompiledRegistry): ParsedResponse {
  const registry = registryOf(block.url);
  const scores = new Map<string, number>();
  let invalidReferences = 0;
  for (const { repository, tags } of response.repositories) {
    const matching = tags.filter((tag) => tagFilter?.matches(tag) ?? true);
    const newest = newestTags(matching, block.topX);
    for (const [index, tag] of newest.entries()) {
      const image = normalizedReference(imageTemplate({ registry, repository, tag }));
      if (image === undefined) invalidReferences += 1;
      else scores.set(image, Math.max(newest.length - index, scores.get(image) ?? 0));
    }
  }
  return {
    images: [...scores].map(([image, score]) => ({ image, score })),
    remarks: remark(invalidReferences, 'tag', ' without a valid image reference: check imageTemplate'),
    isEmpty: response.repositories.every(({ tags }) => tags.length === 0),
  };
}

const storedBlockShape = z.object({ url: z.string(), repositories: z.array(z.string()) });

export const registrySource: SourceType<'registry'> = {
  type: 'registry',
  target: ({ url }) => url,
  compile,
  query: ({ block: { url, repositories } }, origin) => ({ ...origin, type: 'registry', url, repositories }),
  parse,
  allows(storedBlock, { url, repositories }) {
    const { data: stored } = storedBlockShape.safeParse(storedBlock);
    if (stored === undefined || !isSameUrl(stored.url, url)) return false;
    return repositories.every((repository) => stored.repositories.includes(repository));
  },
};
