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
/** Maximum length of the message of a condition that another version wrote: that of `metav1.Condition`. */
export const CONDITION_MESSAGE_LIMIT_CHARACTERS = 32_768;
/** Maximum length of the message of a condition or of a failing pair that Drop writes. */
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
/** Maximum number of queries of one DiscoveryPolicy. */
export const DISCOVERY_QUERIES_LIMIT = 16;
/** Maximum number of signals of one DiscoveryPolicy. */
export const SIGNALS_LIMIT = 32;
/** Maximum number of terms of a weighted sum. */
export const RANKING_TERMS_LIMIT = 32;
/** Maximum number of windows with weights of one signal. */
export const WEIGHT_WINDOWS_LIMIT = 24;
/** Maximum length of the name of a query, of a signal or of a time zone. */
export const DISCOVERY_NAME_LIMIT_CHARACTERS = 63;
/** Maximum length of the name of a field of log lines. */
export const FIELD_NAME_LIMIT_CHARACTERS = 253;
/** Maximum value of `maxScan`, the number of tags read per repository. */
export const TAGS_SCANNED_LIMIT = 200_000;
/** Maximum length of `tagSeek`: that of a tag. */
export const TAG_SEEK_LIMIT_CHARACTERS = 128;
/** Maximum length of a quantity. */
export const QUANTITY_LIMIT_CHARACTERS = 64;
/** Maximum number of terms of a selector of nodes. */
export const NODE_SELECTOR_TERMS_LIMIT = 32;
/** Maximum number of requirements on labels, and on fields, of one term. */
export const NODE_SELECTOR_REQUIREMENTS_LIMIT = 32;
/** Maximum number of values of one requirement. */
export const NODE_SELECTOR_VALUES_LIMIT = 64;
/** Maximum length of the key of a requirement: a prefix of 253 characters, a slash and a name of 63. */
export const NODE_SELECTOR_KEY_LIMIT_CHARACTERS = 317;
/** Maximum length of the operator of a requirement. */
export const NODE_SELECTOR_OPERATOR_LIMIT_CHARACTERS = 63;
/** Maximum length of a value of a requirement: that of the name of a node. */
export const NODE_SELECTOR_VALUE_LIMIT_CHARACTERS = 253;
/** Maximum number of images times queries and signals of one DiscoveryPolicy: numbers that its status can hold. */
export const SIGNAL_VALUES_LIMIT = 8_000;
/** Maximum number of images of one node that NodeImages keeps: the largest ones that the kubelet lists. */
export const LISTED_IMAGES_LIMIT = 1_000;
/** Maximum number of names of one image that NodeImages keeps. A kubelet reports at most 5. */
export const IMAGE_NAMES_LIMIT = 16;
/** Maximum number of images that a kubelet listed earlier and NodeImages still keeps. The smallest are dropped. */
export const UNLISTED_IMAGES_LIMIT = 500;
/** Maximum number of names of lost images that NodeImages keeps. Those lost longest ago are dropped. */
export const LOST_IMAGES_LIMIT = 500;
/** Maximum size of the status of an Inventory. References beyond it count as unknown. */
export const INVENTORY_LIMIT_BYTES = 512 * 1024;
