// The raw data of discovery: what a query found, as numbers for each image.

export interface ImageSamples {
  /** Time of each value, in seconds since the epoch. */
  readonly times: readonly number[];
  readonly values: readonly number[];
  /** Sizes of pulled images in bytes. Only Events have them. */
  readonly sizes: readonly number[];
}

/** By image. An image without a sample is a candidate all the same. */
export type RawData = ReadonlyMap<string, ImageSamples>;

export interface QueryData {
  readonly images: RawData;
  /** Messages about the parts of the response that could not be used. */
  readonly remarks: readonly string[];
  /** Whether the response had no entries at all, usable or not. */
  readonly isEmpty: boolean;
}
