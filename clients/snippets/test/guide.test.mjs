import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { buildSchema } from 'graphql';
import { blocks, guide } from '../blocks.mjs';

test('every block of code is tried somewhere', () => {
  const isTypeScript = ({ language }) => /^tsx?$/.test(language); // snippets.test.mjs
  assert.equal(new Set(blocks.filter(isTypeScript).map(({ title }) => title)).size, blocks.filter(isTypeScript).length);
  const elsewhere = blocks.filter((block) => !isTypeScript(block));
  assert.deepEqual(
    elsewhere.map(({ language, title }) => [language, title]),
    [
      ['sh', 'create'], // stories/test/ten-minutes.test.mjs
      ['diff', 'src/App.tsx'],
      ['sh', undefined], // clients_guide_test.go
      ['go', 'client.go'],
      ['go', 'service.go'],
    ],
  );
  assert.equal(guide.match(/^```/gm).length, 2 * blocks.length);
});

test('the table of errors has every code of the schema, and no other', async () => {
  const schema = buildSchema(await readFile(new URL('../../../schema.graphqls', import.meta.url), 'utf8'));
  const rows = guide.split('| code | what the app does |')[1].split('\n\n')[0].split('\n').slice(2);
  const codes = rows.flatMap((row) => row.split('|')[1].match(/\w+/g)).filter((code) => code != 'none');
  assert.deepEqual(codes.sort(), schema.getType('ErrorCode').getValues().map(({ name }) => name).sort());
});
