// The order of images by score, and the text of a score.

export interface RankedImage {
  readonly image: string;
  /** Position, from 1. */
  readonly rank: number;
  /** The score as the shortest decimal text, never with an exponent. */
  readonly finalScore: string;
  readonly score: number;
}

type Scores = ReadonlyMap<string, number>;

/** Returns the number of images whose score is infinite or not a number. They leave the ranking. */
export function nonFiniteScores(scores: Scores): number {
  return [...scores.values()].filter((score) => !Number.isFinite(score)).length;
}

const exponentPattern = /^(?<sign>-?)(?<whole>[0-9])(?:\.(?<fraction>[0-9]+))?e(?<exponent>[+-][0-9]+)$/;

/** Returns the shortest decimal text that reads back to the same finite number. */
export function scoreText(score: number): string {
  const text = String(score);
  const { sign, whole = '', fraction = '', exponent } = exponentPattern.exec(text)?.groups ?? {};
  if (exponent === undefined) return text;
  const digits = whole + fraction;
  const power = Number(exponent);
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${digits}`;
  // JavaScript writes an exponent from 1e21 on, and a number has at most 17 digits.
  return sign + digits.padEnd(power + 1, '0');
}

/** Returns at most `maxImages` images: the highest scores first, then by name. Names are ASCII. */
export function rankedImages(scores: Scores, maxImages: number): RankedImage[] {
  return [...scores]
    .filter(([, score]) => Number.isFinite(score))
    .sort(([leftImage, left], [rightImage, right]) => right - left || (leftImage < rightImage ? -1 : 1))
    .slice(0, maxImages)
    .map(([image, score], index) => ({ image, rank: index + 1, finalScore: scoreText(score), score }));
}
