import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { buildSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { startServer } from '../../../web/test/server.mjs';
import { introspect } from '../introspect.mjs';

test('a running server tells all that the file says', { timeout: 60_000 }, async (t) => {
  const { origin } = await startServer(t);
  const file = await readFile(new URL('../../../schema.graphqls', import.meta.url), 'utf8');
  assert.equal(inOneOrder(await introspect(origin)), inOneOrder(file));
});

const inOneOrder = (text) => printSchema(lexicographicSortSchema(buildSchema(text)));
