// The registry client against small servers that behave like the products in the table of docs/discovery.md.
import { afterEach, expect, it } from 'vitest';
import { closeServers } from '../servers.ts';
import { tagsAt } from './registries.ts';
import { registryProducts } from './registry-products.ts';

afterEach(closeServers);

it.each(registryProducts)('lists all tags of $name, which $behaviour', async (product) => {
  const { repository, tags, credentials, scheme, start } = product;
  const server = await start(product);
  expect(await tagsAt(server.url, [repository], { credentials })).toEqual([tags]);
  expect(server.seen.at(-1)?.headers.authorization).toMatch(new RegExp(`^${scheme} `));
});
