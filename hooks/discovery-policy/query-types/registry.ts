// OCI registries: the newest tags of each repository become images, and the newest of n tags has the value n.
import { z } from 'zod';
import { compiledField } from '../compiled-field.ts';
import { compileFirstGroup, compilePattern, type Pattern } from '../pattern.ts';
import { type ReferenceReader, writtenReference } from '../reference.ts';
import { remark } from '../remark.ts';
import type { ImageSamples, IncompleteResponse, QueryData } from '../samples.ts';
import { urlField } from './field.ts';
import { compileTemplate, DEFAULT_TEMPLATE, type Template } from './image-template.ts';
import { newestTags, type VersionPart } from './newest-tags.ts';
import type { QueryBlock, QueryOrigin, QueryType } from './query-type.ts';
import { isSameUrl } from './same-url.ts';

export interface CompiledRegistry extends CompiledTags {
  readonly url: string;
  readonly repositories: readonly string[];
  readonly tagSeek: string | undefined;
  readonly maxScan: number | undefined;
  /** The registry in the references of images. */
  readonly registry: string;
  readonly reference: ReferenceReader;
}

/** How tags are chosen and become images. */
interface CompiledTags {
  /** Undefined: every tag is a candidate. */
  readonly tagFilter: Pattern | undefined;
  readonly topX: number | undefined;
  /** Undefined: a version is found without a pattern. */
  readonly versionPart: VersionPart | undefined;
  readonly imageTemplate: Template;
}

export interface RegistryQuery extends QueryOrigin {
  readonly type: 'registry';
  /** Base URL of the registry. */
  readonly url: string;
  readonly repositories: readonly string[];
  /** The tag after which the first page begins. */
  readonly tagSeek?: string | undefined;
  /** Maximum number of tags per repository. Undefined: a repository with too many tags is an error. */
  readonly maxScan?: number | undefined;
}

export interface RegistryResponse {
  readonly ok: true;
  readonly type: 'registry';
  readonly repositories: readonly TagList[];
  /** Absent if the registry found all repositories. It found at least one of them. */
  readonly missing?: MissingRepositories;
}

interface TagList {
  readonly repository: string;
  /** In the order of the registry. */
  readonly tags: readonly string[];
  /** Whether the list ends at `maxScan`, although the registry has more tags or may have them. */
  readonly isCut?: boolean;
}

export interface MissingRepositories {
  readonly repositories: readonly string[];
  /** Shown to users. Contains no credential. */
  readonly message: string;
}

/** The fields of a block that both sources and queries have. */
type TagFields = Pick<QueryBlock<'registry'>, 'tagFilter' | 'topX' | 'versionPattern' | 'imageTemplate'>;

/** Throws an InvalidFieldError. */
export function compileTags(fields: TagFields, path: string): CompiledTags {
  const { tagFilter, topX, versionPattern, imageTemplate = DEFAULT_TEMPLATE } = fields;
  return {
    tagFilter: tagFilter === undefined ? undefined : compiledField(`${path}.tagFilter`, compilePattern(tagFilter)),
    topX,
    versionPart:
      versionPattern === undefined
        ? undefined
        : compiledField(`${path}.versionPattern`, compileFirstGroup(versionPattern)),
    imageTemplate: compiledField(`${path}.imageTemplate`, compileTemplate(imageTemplate)),
  };
}

/** Host, port and path of a URL. */
function withoutScheme(url: string): string {
  return url
    .replace(/^https?:\/\//i, '')
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '');
}

function compile(block: QueryBlock<'registry'>, path: string): CompiledRegistry {
  const { repositories, tagSeek, maxScan } = block;
  const url = urlField(`${path}.url`, block.url);
  return {
    url,
    repositories,
    tagSeek,
    maxScan,
    registry: withoutScheme(url),
    reference: writtenReference,
    ...compileTags(block, path),
  };
}

interface TagValue {
  readonly image: string;
  readonly value: number;
  readonly repository: string;
}

/** Returns one entry per tag of a repository, undefined for a tag without a valid image reference. */
function valuesOf({ repository, tags }: TagList, compiled: CompiledRegistry): (TagValue | undefined)[] {
  const { registry, reference, tagFilter, topX, versionPart, imageTemplate } = compiled;
  const matching = tags.filter((tag) => tagFilter?.matches(tag) ?? true);
  const newest = newestTags(matching, topX, versionPart);
  return newest.map((tag, index) => {
    const image = reference(imageTemplate({ registry, repository, tag }));
    return image === undefined ? undefined : { image, value: newest.length - index, repository };
  });
}

function cutRemark(lists: readonly TagList[], maxScan: number | undefined): string[] {
  const [first, ...others] = lists.filter(({ isCut }) => isCut === true);
  if (first === undefined) return [];
  const where = others.length === 0 ? first.repository : `${others.length + 1} repositories`;
  return [`maxScan reached in ${where}: tags after the first ${maxScan} were not read`];
}

function parse(response: RegistryResponse, compiled: CompiledRegistry, nowMilliseconds: number): QueryData {
  const entries = response.repositories.flatMap((each) => valuesOf(each, compiled));
  const best = new Map<string, TagValue>();
  for (const entry of entries) {
    if (entry !== undefined && entry.value > (best.get(entry.image)?.value ?? 0)) best.set(entry.image, entry);
  }
  const times = [nowMilliseconds / 1000];
  const samplesOf = ({ value, repository }: TagValue): ImageSamples => ({
    times,
    values: [value],
    sizes: [],
    repository,
  });
  const invalidReferences = entries.filter((entry) => entry === undefined).length;
  return {
    images: new Map([...best.values()].map((entry) => [entry.image, samplesOf(entry)])),
    remarks: [
      ...remark(invalidReferences, 'tag', ' without a valid image reference: check imageTemplate'),
      ...cutRemark(response.repositories, compiled.maxScan),
    ],
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

export const registryQueries: QueryType<'registry'> = {
  type: 'registry',
  compile,
  query: ({ url, repositories, tagSeek, maxScan }, origin) => ({
    ...origin,
    type: 'registry',
    url,
    repositories,
    tagSeek,
    maxScan,
  }),
  parse,
  allows(storedBlock, { url, repositories }) {
    const { data: stored } = storedBlockShape.safeParse(storedBlock);
    if (stored === undefined || !isSameUrl(stored.url, url)) return false;
    return repositories.every((repository) => stored.repositories.includes(repository));
  },
};
