// OCI registries: the newest tags of each repository become images, and the newest of n tags has the score n.
import { z } from 'zod';
import { isDockerHub } from '../../../kubernetes/docker-hub.ts';
import { DEFAULT_REGISTRY } from '../../../kubernetes/image-reference.ts';
import { compiledField } from '../compiled-field.ts';
import { compilePattern, type Pattern } from '../pattern.ts';
import { compileTemplate, DEFAULT_TEMPLATE, type Template } from './image-template.ts';
import { newestTags } from './newest-tags.ts';
import { isSameUrl } from './same-url.ts';
import { normalizedReference, remark, type ScoredImage } from './scored-image.ts';
import type { IncompleteResponse, ParsedResponse, QueryOrigin, SourceBlock, SourceType } from './source-type.ts';

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
  /** Absent if the registry found all repositories. It found at least one of them. */
  readonly missing?: MissingRepositories;
}

export interface MissingRepositories {
  readonly repositories: readonly string[];
  /** Shown to users. Contains no credential. */
  readonly message: string;
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

/** Returns one entry per tag of a repository, undefined for a tag without a valid image reference. */
function imagesOf(
  { repository, tags }: RegistryResponse['repositories'][number],
  { block, tagFilter, imageTemplate }: CompiledRegistry,
): (ScoredImage | undefined)[] {
  const registry = registryOf(block.url);
  const matching = tags.filter((tag) => tagFilter?.matches(tag) ?? true);
  const newest = newestTags(matching, block.topX);
  return newest.map((tag, index) => {
    const image = normalizedReference(imageTemplate({ registry, repository, tag }));
    return image === undefined ? undefined : { image, score: newest.length - index, repository };
  });
}

function parse(response: RegistryResponse, compiled: CompiledRegistry): ParsedResponse {
  const entries = response.repositories.flatMap((each) => imagesOf(each, compiled));
  const best = new Map<string, ScoredImage>();
  for (const entry of entries) {
    if (entry !== undefined && entry.score > (best.get(entry.image)?.score ?? 0)) best.set(entry.image, entry);
  }
  const invalidReferences = entries.filter((entry) => entry === undefined).length;
  return {
    images: [...best.values()],
    remarks: remark(invalidReferences, 'tag', ' without a valid image reference: check imageTemplate'),
    isEmpty: response.repositories.every(({ tags }) => tags.length === 0),
    ...(response.missing === undefined ? {} : { incomplete: incompleteWithout(response.missing) }),
  };
}

/** An image without a repository is one of an earlier version. It may be of a missing repository, so it is kept. */
function incompleteWithout({ repositories, message }: MissingRepositories): IncompleteResponse {
  return {
    keeps: ({ repository }) => repository === undefined || repositories.includes(repository),
    failure: { reason: 'NotFound', message },
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
