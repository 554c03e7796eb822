// The server of LATCHKEY_BIN as npm's graphql-http sees it: all that GraphQL over HTTP says a server MUST, SHOULD and MAY do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditServer } from 'graphql-http';
import { startServer } from '../../../web/test/server.mjs';

test('the audit of graphql-http finds nothing to say', { timeout: 60_000 }, async (t) => {
  const { origin } = await startServer(t);
  const results = await auditServer({ url: `${origin}/graphql` });

  for (const level of ['MUST', 'SHOULD', 'MAY']) {
    const all = results.filter(({ name }) => name.startsWith(`${level} `));
    t.diagnostic(`${level}: ${all.filter(({ status }) => status === 'ok').length} of ${all.length}`);
  }
  assert.deepEqual(
    results.filter(({ status }) => status !== 'ok').map(({ id, name, reason }) => `${id} ${name}: ${reason}`),
    [],
  );
  assert.equal(results.length, 61);
});
