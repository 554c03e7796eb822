import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { transformFileAsync } from '@babel/core';
import { startServer } from '../../../web/test/server.mjs';
import { generate, load, run } from '../generator.mjs';
import { introspect } from '../introspect.mjs';

const folder = fileURLToPath(new URL('../relay', import.meta.url));

async function from(schema) {
  await writeFile(`${folder}/schema.graphql`, schema);
  return generate(`${folder}/__generated__`, folder, 'relay-compiler', ['--output', 'quiet-with-errors']);
}

/** Puts what was generated in the place of the graphql tags, as an app's bundler does. */
const tags = {
  name: 'tags',
  setup: ({ onLoad }) =>
    onLoad({ filter: /story\.ts$/ }, async ({ path }) => {
      const { code } = await transformFileAsync(path, { plugins: ['relay'], parserOpts: { plugins: ['typescript'] } });
      return { contents: code, loader: 'ts' };
    }),
};

test('relay-compiler', { timeout: 120_000 }, async (t) => {
  const { origin, run: command } = await startServer(t);

  await t.test('generates from what a running server tells what it generates from the file', async () => {
    const generated = await from(await readFile(new URL('../../../schema.graphqls', import.meta.url)));
    assert.match(generated['story_account.graphql.ts'], /export type story_account\$data = /);
    assert.deepEqual(await from(await introspect(origin)), generated);
  });

  await t.test('generates what compiles', () => run(folder, 'tsc'));

  await t.test('generates what runs a story', async () => {
    const { story } = await load(t, `${folder}/story.ts`, [tags]);
    await story(origin, (username) => command('users', 'update', username, '--role', 'ADMIN'));
  });
});
