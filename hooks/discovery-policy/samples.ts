// The raw data of discovery: what a query found, as numbers for each image.
import type { FailureReason } from './query.ts';

export interface ImageSamples {
  /** Time of each value, in seconds since the epoch. */
  readonly times: readonly number[];
  readonly values: readonly number[];
  /** Sizes of pulled images in bytes. Only Events have them. */
  readonly sizes: readonly number[];
  /** The repository in whose tag list the image was found. Only registries have one. */
  readonly repository?: string;
}

/** By image. An image without a sample is a candidate all the same. */
type RawData = ReadonlyMap<string, ImageSamples>;

export interface QueryData {
  readonly images: RawData;
  /** Messages about the parts of the response that could not be used. */
  readonly remarks: readonly string[];
  /** Warnings of the server, shown behind the remarks. */
  readonly warnings?: readonly string[];
  /** Whether the response had no entries at all, usable or not. */
  readonly isEmpty: boolean;
  /**
   * What an empty response had instead of images, for its message. Such a response is normal: what was found before
   * stays.
   */
  readonly emptyRemark?: string;
  /** Absent for a complete response, which replaces everything that was found before. */
  readonly incomplete?: IncompleteResponse;
}

export interface IncompleteResponse {
  /** Whether an image that was found before, and is not among those of the response, stays. */
  readonly keeps: (previous: { readonly image: string; readonly repository?: string | undefined }) => boolean;
  /** Present if the query counts as failed and is retried, although the response has images. */
  readonly failure?: { readonly reason: FailureReason; readonly message: string };
}
