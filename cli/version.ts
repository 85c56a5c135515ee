// The version of the package, from its package.json.
import { existsSync, readFileSync } from 'node:fs';

/** From the sources, and from `dist`. */
const places = ['../package.json', '../../package.json'];

export function packageVersion(): string {
  const file = places.map((place) => new URL(place, import.meta.url)).find((url) => existsSync(url));
  return file === undefined ? 'unknown' : JSON.parse(readFileSync(file, 'utf8')).version;
}
