import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fill, goTo, hasProblem, hears, openApp, password, press, sees } from './app.mjs';
import { until } from './browser.mjs';

const value = (page, label) => page.getByLabel(label, { exact: true }).inputValue();

test('an account from its beginning to its end', async (t) => {
  const { open } = await openApp(t, { settings: { LATCHKEY_ACCESS_TTL: '2s' } });
  const page = await open();
  await page.getByRole('link', { name: 'Sign up' }).click();
  await sees(page, 'Sign up');
  await fill(page, { 'Name (optional)': 'Ada', 'E-mail': 'ada@example.org', Password: password });
  await press(page, 'Sign up');
  await sees(page, 'Profile');

  await fill(page, { Name: 'Ada King' });
  await press(page, 'Save');
  await hears(page, 'Your profile is saved.');
  await page.getByRole('banner').getByText('Ada King').waitFor();

  await fill(page, { 'E-mail': 'countess@example.org' });
  const details = page.locator('form').filter({ has: page.getByRole('button', { name: 'Save' }) });
  await fill(details, { 'Current password': 'wrong' });
  await press(page, 'Save');
  await hasProblem(details, 'Current password', /password/i);
  assert.equal(await value(page, 'E-mail'), 'countess@example.org');
  await fill(details, { 'Current password': password });
  await press(page, 'Save');
  await hears(page, 'Your profile is saved.');
  await page.reload();
  await sees(page, 'Profile');
  assert.deepEqual([await value(page, 'Name'), await value(page, 'E-mail')], ['Ada King', 'countess@example.org']);

  await fill(page, { 'Current password': password, 'New password': 'another one entirely' });
  await press(page, 'Change password');
  await hears(page, 'Your password is changed.');
  const browser = page.context();
  const { refreshes } = browser;
  await until('the token of the new session was refreshed', () => browser.refreshes > refreshes);
  await goTo(page, 'Sessions');
  await page.getByText('This device').waitFor();
  assert.equal(await page.getByRole('listitem').count(), 1);

  await press(page, 'Sign out');
  await sees(page, 'Sign in');
  await hears(page, 'You are signed out.');
  await fill(page, { 'E-mail or username': 'countess@example.org', Password: password });
  await press(page, 'Sign in');
  await hears(page, 'password', 'alert');
  assert.equal(await value(page, 'E-mail or username'), 'countess@example.org');
  await fill(page, { Password: 'another one entirely' });
  await press(page, 'Sign in');
  await page.getByRole('banner').waitFor();

  await goTo(page, 'Profile');
  await press(page, 'Delete account');
  const dialog = page.getByRole('dialog');
  await fill(dialog, { 'Current password': 'another one entirely' });
  await press(dialog, 'Delete account');
  await sees(page, 'Sign in');
  await hears(page, 'Your account is deleted.');
  await page.reload();
  await sees(page, 'Sign in');
});

test('what is wrong with a sign-up is said at its field, and what was typed stays', async (t) => {
  const { open, signUp } = await openApp(t);
  await signUp('ada@example.org');
  const page = await open();
  await page.getByRole('link', { name: 'Sign up' }).click();
  await fill(page, { 'Name (optional)': 'Ada', 'E-mail': 'ada@example.org', 'Username (optional)': 'countess', Password: 'password1' });
  await press(page, 'Sign up');
  await hasProblem(page, 'Password', /Too many people/);
  await fill(page, { Password: 'countess1' });
  await press(page, 'Sign up');
  await hasProblem(page, 'Password', /must not contain your name/);
  await fill(page, { Password: password });
  await press(page, 'Sign up');
  await hasProblem(page, 'E-mail', /is an account with this/);
  assert.deepEqual(
    await Promise.all(['Name (optional)', 'E-mail', 'Username (optional)', 'Password'].map((label) => value(page, label))),
    ['Ada', 'ada@example.org', 'countess', password],
  );
  await fill(page, { 'E-mail': 'countess@example.org' });
  await press(page, 'Sign up');
  await sees(page, 'Profile');
});

test('a form that is submitted while the server is away says so, and works when it is back', async (t) => {
  const { latchkey, open } = await openApp(t);
  const page = await open();
  await latchkey.stop();
  await page.getByRole('link', { name: 'Sign up' }).click();
  await fill(page, { 'E-mail': 'ada@example.org', Password: password });
  await press(page, 'Sign up');
  await hears(page, 'The server can’t be reached', 'alert');
  await latchkey.start();
  await press(page, 'Sign up');
  await sees(page, 'Profile');

  await latchkey.stop();
  await press(page, 'Sign out');
  await hears(page, 'The server can’t be reached', 'alert');
  await fill(page, { Name: 'Ada' });
  await press(page, 'Save');
  await hears(page.getByRole('main'), 'The server can’t be reached', 'alert');
  assert.equal(await value(page, 'Name'), 'Ada');
  await latchkey.start();
  await press(page, 'Save');
  await hears(page, 'Your profile is saved.');
});
