// Runs the playground in a real browser against the server that LATCHKEY_BIN names.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { startServer } from './server.mjs';

const { CHROMIUM = '/usr/bin/chromium', SCREENSHOTS } = process.env;

test('the story of an account, from tab to tab', { timeout: 120_000 }, async (t) => {
  const { origin } = await startServer(t);
  const { page, complaints, addresses } = await openPage(t, origin);
  const status = page.getByRole('status');

  assert.equal(await status.textContent(), 'No token: sign up or log in to get one');
  const { data: first } = await run(page, 'SignUp');
  assert.equal(first.signup.user.name, 'Ada Lovelace');
  await sees(page, '"accessToken"');
  assert.equal(await status.textContent(), 'The token of Ada Lovelace is sent along');
  await screenshot(page, 'sign-up-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await screenshot(page, 'sign-up-dark');
  await page.emulateMedia({ colorScheme: 'light' });

  assert.equal((await run(page, 'Me')).data.me.email, 'ada@example.com');
  await run(page, 'UpdateName');
  assert.equal((await run(page, 'Me')).data.me.name, 'Ada King, Countess of Lovelace');

  const { data: changed } = await run(page, 'NewPassword');
  assert.notEqual(changed.updateUser.auth.accessToken, first.signup.accessToken);
  assert.equal((await run(page, 'Me')).data.me.id, first.signup.user.id);

  const { data: loggedIn } = await run(page, 'LogIn');
  const { data: refreshed } = await run(page, 'Refresh');
  assert.notEqual(refreshed.refreshToken.refreshToken, loggedIn.login.refreshToken);
  const { data: seen } = await run(page, 'Sessions');
  assert.equal(seen.me.sessions.length, 2); // the other is from the password change
  const session = seen.me.sessions.find(({ current }) => current);
  assert.match(session.userAgent, /Chrom/);
  const { data: validated } = await run(page, 'Validate');
  assert.equal(validated.validateToken.sessionId, session.id);
  assert.equal(validated.validateToken.active, true);
  assert.equal(validated.validateToken.userId, first.signup.user.id);
  await screenshot(page, 'validate-token');
  for (const administration of ['Users', 'Administer']) {
    assert.equal((await run(page, administration)).errors[0].extensions.code, 'FORBIDDEN');
  }

  const { data: loggedOut } = await run(page, 'LogOut');
  assert.deepEqual(loggedOut.logout.endedSessionIds, [validated.validateToken.sessionId]);
  const refused = await run(page, 'Me');
  assert.equal(refused.data.me, null);
  assert.equal(refused.errors[0].extensions.code, 'UNAUTHENTICATED');
  assert.equal(refused.errors[0].extensions.reason, 'REVOKED');
  await sees(page, 'REVOKED');
  assert.match(await status.textContent(), /is refused: REVOKED$/);
  await screenshot(page, 'revoked');

  await run(page, 'LogIn');
  const { data: deleted } = await run(page, 'Delete');
  assert.equal(deleted.deleteUser.deletedUserId, first.signup.user.id);
  const { errors } = await run(page, 'LogIn');
  assert.equal(errors[0].extensions.code, 'INVALID_CREDENTIALS');

  await page.getByRole('button', { name: 'Forget token' }).click();
  assert.match(await status.textContent(), /^No token/);
  assert.equal((await run(page, 'Me')).errors[0].extensions.reason, 'MISSING');

  const kept = await page.evaluate(() => ({ ...localStorage, ...sessionStorage, cookie: document.cookie }));
  assert.deepEqual(kept, { cookie: '' });
  for (const tokens of [first.signup, changed.updateUser.auth, loggedIn.login, refreshed.refreshToken]) {
    for (const token of [tokens.accessToken, tokens.refreshToken]) {
      assert.ok(token && !addresses.some((address) => address.includes(token)), 'a token is in an address');
    }
  }
  assert.deepEqual(new Set(addresses.map((address) => new URL(address).origin)), new Set([origin]));
  assert.deepEqual(complaints, []);
});

test('a typed Authorization header wins over the held token', { timeout: 60_000 }, async (t) => {
  const { origin } = await startServer(t);
  const { page, complaints } = await openPage(t, origin);

  await run(page, 'SignUp');
  await openTab(page, 'Me');
  await page.getByRole('button', { name: 'Headers' }).click();
  await type(page, 'Headers', '{"authorization": "Bearer nonsense"}');
  assert.equal((await execute(page, 'Me')).errors[0].extensions.reason, 'MALFORMED');
  assert.equal(await page.getByRole('status').textContent(), 'The token of Ada Lovelace is sent along');
  assert.deepEqual(complaints, []);
});

test('documentation, completion and dialogs obey the policy', { timeout: 60_000 }, async (t) => {
  const { origin } = await startServer(t);
  const { page, complaints } = await openPage(t, origin);

  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.getByRole('link', { name: 'Mutation' }).click();
  await page.getByText('Creates an account and signs it in.').waitFor();
  await screenshot(page, 'documentation');
  await page.getByRole('button', { name: 'Hide Documentation Explorer' }).click();

  await type(page, 'Query Editor', 'query Mine { me { em');
  await page.keyboard.press('Control+Space');
  await page.locator('.CodeMirror-hints').getByText('email', { exact: true }).waitFor();
  await screenshot(page, 'completion');
  await page.keyboard.press('Escape');

  for (const dialog of ['Open short keys dialog', 'Open settings dialog']) {
    await page.getByRole('button', { name: dialog }).click();
    await page.getByRole('dialog').waitFor();
    await screenshot(page, dialog.replaceAll(' ', '-').toLowerCase());
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  assert.deepEqual(complaints, []);
});

test('operations run while introspection is switched off', { timeout: 60_000 }, async (t) => {
  const { origin } = await startServer(t, { LATCHKEY_INTROSPECTION: 'false' });
  const { page, complaints } = await openPage(t, origin);

  await run(page, 'SignUp');
  assert.equal((await run(page, 'Me')).data.me.name, 'Ada Lovelace');
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.getByText('Error fetching schema').waitFor();
  await screenshot(page, 'no-introspection');
  // The browser itself reports the refused introspection, if its status says so.
  assert.deepEqual(complaints.filter((complaint) => !complaint.startsWith('Failed to load resource')), []);
});

/** Opens the playground, and collects what the browser complains about and the addresses it asks for. */
async function openPage(t, origin) {
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  t.after(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
  page.setDefaultTimeout(15_000);

  const complaints = [];
  const addresses = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) addresses.push(request.url());
  });
  page.on('framenavigated', (frame) => addresses.push(frame.url()));

  const introspected = page.waitForResponse((response) => operationIn(response) === 'IntrospectionQuery');
  await page.goto(origin);
  await introspected;
  await page.getByTitle('SignUp', { exact: true }).waitFor();
  return { page, complaints, addresses };
}

async function run(page, operation) {
  await openTab(page, operation);
  return execute(page, operation);
}

async function openTab(page, operation) {
  await page.getByTitle(operation, { exact: true }).click();
  // GraphiQL reads the operation's name from the text with a delay, and would send the last tab's before.
  await page.waitForFunction(
    (name) => document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.operationName === name,
    operation,
  );
}

async function execute(page, operation) {
  const answered = page.waitForResponse((response) => operationIn(response) === operation);
  await page.getByRole('button', { name: /^Execute query/ }).click();
  return (await answered).json();
}

const operationIn = (response) => response.request().postDataJSON()?.operationName;

async function type(page, editor, text) {
  await page.getByRole('region', { name: editor }).locator('.CodeMirror:visible').first().click();
  await page.keyboard.press('Control+A');
  // The editor closes brackets by itself while one types; inserted text it takes as it is.
  await page.keyboard.insertText(text);
}

const sees = (page, text) => page.locator('.result-window').getByText(text).first().waitFor();

async function screenshot(page, name) {
  if (SCREENSHOTS) await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
}
