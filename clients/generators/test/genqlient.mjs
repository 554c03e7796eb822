import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startServer } from '../../../web/test/server.mjs';
import { run } from '../generator.mjs';
import { introspect } from '../introspect.mjs';

const folder = fileURLToPath(new URL('../genqlient', import.meta.url));

/** Generates from a schema with the committed settings, at a place where they find it. */
async function generate(t, schema) {
  const root = await mkdtemp(join(tmpdir(), 'latchkey-genqlient-'));
  t.after(() => rm(root, { recursive: true }));
  const copy = join(root, 'clients/generators/genqlient');
  await mkdir(copy, { recursive: true });
  await writeFile(join(root, 'schema.graphqls'), schema);
  for (const name of ['genqlient.yaml', 'operations.graphql']) await cp(join(folder, name), join(copy, name));
  await run(folder, 'go', ['tool', 'genqlient', join(copy, 'genqlient.yaml')]);
  return readFile(join(copy, 'generated.go'), 'utf8');
}

test('genqlient', { timeout: 240_000 }, async (t) => {
  const { origin } = await startServer(t);
  const committed = await readFile(join(folder, 'generated.go'), 'utf8');

  await t.test('generates from the file what is committed', async () => {
    const schema = await readFile(new URL('../../../schema.graphqls', import.meta.url));
    assert.equal(await generate(t, schema), committed);
  });

  await t.test('generates the same from what a running server tells', async () => {
    assert.equal(await generate(t, await introspect(origin)), committed);
  });

  await t.test('generates what compiles and runs its stories', () => run(folder, 'go', ['test', '-count=1', './...']));
});
