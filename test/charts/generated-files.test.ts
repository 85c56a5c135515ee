// The generated files in the repository are current.
import { expect, it } from 'vitest';
import { definitionsChart, generatedFiles } from '../../scripts/generated-files.ts';
import { filesIn, textOf } from './chart-text.ts';

it.each([...(await generatedFiles())])('%s is current', (path, text) => {
  expect(textOf(path), `${path} is not current: run \`npm run generate\``).toBe(text);
});

it('there is no definition of a kind that no longer exists', async () => {
  const folder = `${definitionsChart.folder}/files/crds`;
  const current = [...(await generatedFiles()).keys()].filter((path) => path.startsWith(`${folder}/`));
  expect(filesIn(folder).map((name) => `${folder}/${name}`)).toEqual(current.sort());
});
