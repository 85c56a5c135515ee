// Limits of what a user may write and of what a status may contain. They keep every object below the 1.5 MiB of etcd
// and every request below the body limit of the service.

/** Longer UIDs are ignored. Those of Kubernetes have 36 characters. */
export const UID_LIMIT_CHARACTERS = 128;
/** Maximum length of a duration, for example `1000000h0m0.000000001s`. */
export const DURATION_LIMIT_CHARACTERS = 32;
/** Maximum number of tolerations of one object. */
export const TOLERATIONS_LIMIT = 64;
/** Maximum number of pull secrets of one object. */
export const PULL_SECRETS_LIMIT = 32;
/** Maximum number of labels in a node selector. */
export const NODE_SELECTOR_LIMIT = 64;
/** Maximum number of images listed in one CachedImageSet. */
export const SET_IMAGES_LIMIT = 500;
/** Maximum value of every concurrency field. Each pull in progress is a Pod. */
export const CONCURRENCY_LIMIT = 10_000;
/** Maximum length of the message of a condition or of a failing pair. */
export const MESSAGE_LIMIT_CHARACTERS = 256;
/** Maximum number of image and node pairs in `failing` and in `rejected`. The oldest are dropped. */
export const PAIRS_LIMIT = 100;
/** Maximum number of images in `waves`. The oldest are dropped. */
export const WAVES_LIMIT = 1_000;
/** Maximum number of entries in `cached`. Beyond it, the two oldest entries of a digest are merged. */
export const CACHED_ENTRIES_LIMIT = 64;
/** Maximum number of names in `cachedNodes`. An image with more targeted nodes has `missingNodes` instead. */
export const CACHED_NODES_LIMIT = 100;
/** Maximum number of names in `missingNodes`. */
export const MISSING_NODES_LIMIT = 20;
/** Maximum number of sources of one DiscoveryPolicy. All of them are queried in parallel within one hook call. */
export const DISCOVERY_SOURCES_LIMIT = 16;
/** Maximum value of `maxImages`. */
export const DISCOVERED_IMAGES_LIMIT = 500;
/** Maximum number of repositories of one registry source. */
export const REPOSITORIES_LIMIT = 50;
/** Maximum value of `topX`, the number of tags kept per repository. */
export const TAGS_WANTED_LIMIT = 500;
/** Maximum length of a regular expression. */
export const PATTERN_LIMIT_CHARACTERS = 1024;
/** Maximum length of a PromQL query. */
export const QUERY_LIMIT_CHARACTERS = 16_384;
/** Maximum length of an image template. */
export const TEMPLATE_LIMIT_CHARACTERS = 512;
/** Maximum length of the URL of a source. */
export const URL_LIMIT_CHARACTERS = 2_048;
/** Maximum number of images that all sources of one DiscoveryPolicy keep in its status. */
export const SOURCE_IMAGES_LIMIT = 4_000;
