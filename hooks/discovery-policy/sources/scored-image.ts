// An image that a source found, with its score.

export interface ScoredImage {
  /** Normalised reference. */
  readonly image: string;
  readonly score: number;
  /** The repository in whose tag list a registry source found the image. */
  readonly repository?: string | undefined;
}
