// Refresh tokens in cookies, in a real browser: pages on another port of the same site, and on another site.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { startServer } from './server.mjs';

const { CHROMIUM = '/usr/bin/chromium' } = process.env;

test('a page on another port of the same site refreshes with a cookie that it can not read', { timeout: 60_000 }, async (t) => {
  const { origin } = await startServer(t);
  const { page, cookies } = await openPage(t, 'localhost');

  const { data } = await ask(page, origin, 'signup(input: {username: "ada", password: "correct horse", delivery: COOKIE}) { refreshToken }');
  assert.equal(data.signup.refreshToken, null);
  assert.equal(await page.evaluate('document.cookie'), '');
  const [cookie] = await cookies();
  assert.deepEqual(
    { name: cookie.name, path: cookie.path, httpOnly: cookie.httpOnly, secure: cookie.secure, sameSite: cookie.sameSite },
    { name: '__Host-latchkey_refresh', path: '/', httpOnly: true, secure: true, sameSite: 'Strict' },
  );

  const refreshed = await ask(page, origin, 'refreshToken { accessToken refreshToken user { username } }');
  assert.equal(refreshed.data.refreshToken.user.username, 'ada');
  assert.notEqual((await cookies())[0].value, cookie.value);

  assert.equal((await ask(page, origin, 'logout { endedSessionIds }')).data.logout.endedSessionIds.length, 1);
  assert.deepEqual(await cookies(), []);
});

test('a page on another site gets neither cookie nor answer', { timeout: 60_000 }, async (t) => {
  const { origin } = await startServer(t);
  const { page, cookies } = await openPage(t, 'evil.localhost');
  await assert.rejects(ask(page, origin, 'signup(input: {username: "ada", password: "correct horse", delivery: COOKIE}) { expiresIn }'), /Failed to fetch/);
  assert.deepEqual(await cookies(), []);
});

/** Sends a mutation from the page, with cookies. */
const ask = (page, origin, field) =>
  page.evaluate(
    async ([address, query]) => {
      const response = await fetch(address, {
        method: 'POST',
        credentials: 'include',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return response.json();
    },
    [`${origin}/graphql`, `mutation { ${field} }`],
  );

/** Opens an empty page of a host on this machine, on a port of its own. */
async function openPage(t, host) {
  const pages = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<!doctype html>')).listen(0, '127.0.0.1');
  await once(pages, 'listening');
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  t.after(async () => {
    await browser.close();
    pages.closeAllConnections();
    pages.close();
  });
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`http://${host}:${pages.address().port}/`);
  return { page, cookies: () => context.cookies() };
}
