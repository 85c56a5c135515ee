// The named limits of what a user may write, so that no object can grow past what the API server and a sync can carry.

/** Longest UID that is taken for one; Kubernetes' own have 36. */
export const UID_LIMIT_CHARACTERS = 128;
/** Longest duration as text, for example `1000000h0m0.000000001s`. */
export const DURATION_LIMIT_CHARACTERS = 32;
/** Most tolerations of one object. */
export const TOLERATIONS_LIMIT = 64;
/** Most pull secrets of one object. */
export const PULL_SECRETS_LIMIT = 32;
/** Most labels in a node selector. */
export const NODE_SELECTOR_LIMIT = 64;
/** Most images listed by hand in one CachedImageSet. */
export const SET_IMAGES_LIMIT = 500;
/** Most pulls at once that a policy may ask for; a Pod each. */
export const CONCURRENCY_LIMIT = 10_000;
/** Longest message of a condition or a failing pair. */
export const MESSAGE_LIMIT_CHARACTERS = 256;
/** Most pairs that `failing` and `rejected` keep. */
export const PAIRS_LIMIT = 100;
/** Most images of whose latest start a policy knows more than they do. */
export const WAVES_LIMIT = 1_000;
/** Most entries of `cached` in one ledger. */
export const CACHED_ENTRIES_LIMIT = 64;
/** Most node names in `cachedNodes`; a larger cluster gets `missingNodes` alone. */
export const CACHED_NODES_LIMIT = 100;
/** Most node names in `missingNodes`. */
export const MISSING_NODES_LIMIT = 20;
/** Most sources of one DiscoveryPolicy; they are asked side by side within one webhook call. */
export const DISCOVERY_SOURCES_LIMIT = 16;
/** Most images that one DiscoveryPolicy keeps. */
export const DISCOVERED_IMAGES_LIMIT = 500;
/** Most repositories of one registry source. */
export const REPOSITORIES_LIMIT = 50;
/** Most tags kept of one repository. */
export const TAGS_WANTED_LIMIT = 500;
/** Longest regular expression. */
export const PATTERN_LIMIT_CHARACTERS = 1024;
/** Longest PromQL query. */
export const QUERY_LIMIT_CHARACTERS = 16_384;
/** Longest image template. */
export const TEMPLATE_LIMIT_CHARACTERS = 512;
/** Longest URL of a source. */
export const URL_LIMIT_CHARACTERS = 2_048;
/** Most images that all sources of one DiscoveryPolicy may keep together, so that its status fits in an object. */
export const SOURCE_IMAGES_LIMIT = 4_000;
