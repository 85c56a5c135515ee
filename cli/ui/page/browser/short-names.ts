// Names of nodes above the narrow columns of the heat map.

const shortened = new WeakMap<readonly string[], readonly string[]>();

function withoutDomain(names: readonly string[]): readonly string[] {
  const hosts = names.map((name) => name.split('.', 1)[0] ?? name);
  return new Set(hosts).size === names.length ? hosts : names;
}

/** The names without their domains, for example `ip-10-0-1-17`, if they still differ. */
export function shortNames(names: readonly string[]): readonly string[] {
  const known = shortened.get(names) ?? withoutDomain(names);
  shortened.set(names, known);
  return known;
}
