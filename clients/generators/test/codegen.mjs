import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startServer } from '../../../web/test/server.mjs';
import { generate, load, run } from '../generator.mjs';

const folder = fileURLToPath(new URL('../codegen', import.meta.url));
const from = (schema) => generate(`${folder}/generated`, folder, 'graphql-codegen', ['--config', 'codegen.ts'], { SCHEMA: schema });

test('graphql-codegen', { timeout: 120_000 }, async (t) => {
  const { origin } = await startServer(t);

  await t.test('generates from the address of a running server what it generates from the file', async () => {
    const generated = await from('../../../schema.graphqls');
    assert.match(generated['graphql.ts'], /export type SignUpMutation = /);
    assert.deepEqual(await from(`${origin}/graphql`), generated);
  });

  await t.test('generates what compiles', () => run(folder, 'tsc'));

  await t.test('generates what runs a story', async () => {
    const { story } = await load(t, `${folder}/story.ts`);
    await story(origin);
  });
});
