// Names that were used recently. Syncs repeat facts, and each repetition would cost a request.

/** Remembers a name. Returns whether it was new. */
export type RememberName = (name: string) => boolean;

/** Beyond `limit`, the name that was used the longest ago is forgotten. */
export function createRecentNames(limit: number): RememberName {
  // A Set iterates in the order in which its entries were added.
  const names = new Set<string>();
  return (name) => {
    const isNew = !names.delete(name);
    names.add(name);
    const [oldest] = names;
    if (names.size > limit && oldest !== undefined) names.delete(oldest);
    return isNew;
  };
}
