// Verifies tokens as another service would: with jose, from the JWKS URL.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { startServer } from './server.mjs';

for (const algorithm of ['ES256', 'RS256', 'EdDSA']) {
  test(`${algorithm} tokens verify from the JWKS URL, across a rotation`, { timeout: 60_000 }, async (t) => {
    const { origin, run } = await startServer(t, { LATCHKEY_JWT_ALG: algorithm });
    const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', origin), { cooldownDuration: 0 });
    const verify = (token) =>
      jwtVerify(token, keys, { issuer: origin, audience: 'latchkey', typ: 'at+jwt', algorithms: [algorithm] });

    const { signup } = await ask(
      origin,
      'mutation { signup(input: {username: "ada", password: "correct horse"}) { accessToken refreshToken user { id } } }',
    );
    const { payload } = await verify(signup.accessToken);
    assert.equal(payload.sub, signup.user.id);
    assert.equal(payload.role, 'USER');

    await run('keys', 'rotate', '--now');
    const before = decodeProtectedHeader(signup.accessToken).kid;
    let refreshToken = signup.refreshToken;
    let accessToken;
    do {
      await delay(100); // the server notices within 5 seconds
      ({
        refreshToken: { accessToken, refreshToken },
      } = await ask(origin, `mutation { refreshToken(token: "${refreshToken}") { accessToken refreshToken } }`));
    } while (decodeProtectedHeader(accessToken).kid === before);
    assert.equal((await verify(accessToken)).payload.sub, signup.user.id);
    await verify(signup.accessToken);

    await run('keys', 'remove', before, '--now');
    const after = createRemoteJWKSet(new URL('/.well-known/jwks.json', origin));
    let published;
    do {
      await delay(100);
      published = await (await fetch(new URL('/.well-known/jwks.json', origin))).json();
    } while (published.keys.length > 1);
    // A removed key is gone for whoever fetches the set anew.
    await assert.rejects(jwtVerify(signup.accessToken, after), { code: 'ERR_JWKS_NO_MATCHING_KEY' });
    await jwtVerify(accessToken, after);
  });
}

async function ask(origin, query) {
  const response = await fetch(new URL('/graphql', origin), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  return data;
}
