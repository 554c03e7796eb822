// Every page, light and dark, on a phone and on a desktop: nothing that axe-core objects to, and nothing that sticks out.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fill, goTo, hasProblem, hears, openApp, password, press, sees } from './app.mjs';
import { folder } from './places.mjs';

const { SCREENSHOTS } = process.env;
const axe = await readFile(folder('../node_modules/axe-core/axe.min.js'), 'utf8');
const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };

/** Looks at the page as it is now in all four ways, and keeps pictures where SCREENSHOTS says. */
async function look(page, name) {
  if (!(await page.evaluate('globalThis.axe'))) await page.evaluate(axe);
  for (const [device, size] of Object.entries(sizes)) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const found = await page.evaluate(async () => {
        const { violations } = await axe.run({ resultTypes: ['violations'] });
        return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`));
      });
      const where = `${name}-${device}-${colorScheme}`;
      assert.deepEqual(found, [], where);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0, `${where} has to be scrolled sideways`);
      if (SCREENSHOTS) await page.screenshot({ path: join(SCREENSHOTS, `${where}.png`), fullPage: !(await page.getByRole('dialog').count()) });
    }
  }
}

test('the pages of those who are not signed in look right', async (t) => {
  const { latchkey, open } = await openApp(t);
  const page = await open();
  await look(page, 'sign-in');
  await fill(page, { 'E-mail or username': 'ada@example.org', Password: password });
  await press(page, 'Sign in');
  await hears(page, 'password', 'alert');
  await look(page, 'sign-in-refused');
  await page.getByRole('link', { name: 'Sign up' }).click();
  await sees(page, 'Sign up');
  await look(page, 'sign-up');
  await fill(page, { 'E-mail': 'ada@example.org', Password: 'short' });
  await press(page, 'Sign up');
  await hasProblem(page, 'Password', /at least/);
  await look(page, 'sign-up-refused');
  await latchkey.stop();
  await press(page, 'Sign up');
  await hears(page, 'can’t be reached', 'alert');
  await look(page, 'sign-up-server-away');
  await page.reload();
  await page.getByText('Waiting for the server').waitFor();
  await look(page, 'waiting-for-the-server');
});

test('the pages of a user look right', async (t) => {
  const { latchkey, signUp, signIn } = await openApp(t, { workItems: true });
  const page = await signUp('ada@example.org');
  await signIn('ada@example.org', { userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1' });
  await look(page, 'profile');
  await fill(page, { Name: 'Ada King, Countess of Lovelace', Username: 'ada' });
  const details = page.getByRole('region', { name: 'Details' });
  await fill(details, { 'Current password': 'wrong' });
  await press(page, 'Save');
  await hasProblem(details, 'Current password', /password/);
  await look(page, 'profile-refused');
  await fill(details, { 'Current password': password });
  await press(page, 'Save');
  await hears(page, 'Your profile is saved.');
  await look(page, 'profile-saved');
  await press(page, 'Delete account');
  await look(page, 'delete-account');
  await page.keyboard.press('Escape');

  await goTo(page, 'Sessions');
  await page.getByText('Safari on iPhone').first().waitFor();
  await look(page, 'sessions');
  await press(page, 'Sign out everywhere');
  await look(page, 'sign-out-everywhere');
  await page.keyboard.press('Escape');

  await goTo(page, 'Work items');
  await page.getByText('Nothing to do.').waitFor();
  await look(page, 'no-work-items');
  for (const title of ['Add notes', `Translate ${'the memoir on the analytical engine '.repeat(4)}`, 'W'.repeat(200)]) {
    await fill(page, { 'What is to be done?': title });
    await press(page, 'Add');
    await page.getByLabel(title, { exact: true }).waitFor();
  }
  await page.getByLabel('Add notes').check();
  await look(page, 'work-items');

  await latchkey.stop();
  await press(page, 'Sign out');
  await hears(page, 'can’t be reached', 'alert');
  await look(page, 'sign-out-server-away');
  await latchkey.start();

  // The session is there, and then the server is away.
  let asked = 0;
  await page.route(`${latchkey.origin}/graphql`, (route) => (asked++ ? route.abort() : route.continue()));
  await page.reload();
  await hears(page, 'can’t be reached', 'alert');
  await look(page, 'profile-server-away');
  await page.unrouteAll();
  await press(page, 'Try again');
  await sees(page, 'Work items');
});

test('the pages of an administrator look right', async (t) => {
  const { latchkey, signIn } = await openApp(t);
  for (const [email, name, more] of [
    ['grace@example.org', 'Grace Hopper', ['--role', 'ADMIN']],
    ['mary.somerville@example.org', 'Mary Somerville', ['--username', 'mary', '--disabled']],
    ['ada@example.org', 'Ada King, Countess of Lovelace', []],
    [`${'very.'.repeat(12)}long@${'sub.'.repeat(12)}example.org`, 'W'.repeat(64), []],
  ]) {
    await latchkey.runWith(password, 'users', 'create', '--email', email, '--name', name, ...more);
  }
  const page = await signIn('grace@example.org');
  await goTo(page, 'Users');
  await page.getByText('4 accounts').waitFor();
  await look(page, 'users');
  await press(page, 'Delete mary.somerville@example.org');
  await look(page, 'delete-user');
  await page.keyboard.press('Escape');
  await page.getByLabel('State').selectOption('Disabled');
  await page.getByText('1 account', { exact: true }).waitFor();
  await press(page, 'Enable mary.somerville@example.org');
  await hears(page, 'mary.somerville@example.org is enabled.');
  await look(page, 'user-enabled');
  await fill(page, { 'E-mail or username begins with': 'nobody' });
  await page.getByText('0 accounts').waitFor();
  await look(page, 'no-users');
});

test('the pages of the app with urql look right', async (t) => {
  const { latchkey, open } = await openApp(t, { app: 'urql-app' });
  await latchkey.runWith(password, 'users', 'create', '--email', 'ada@example.org', '--name', 'Ada King, Countess of Lovelace');
  const page = await open();
  await look(page, 'urql-sign-in');
  await fill(page, { 'E-mail or username': 'ada@example.org', Password: 'wrong' });
  await press(page, 'Sign in');
  await hears(page, 'password', 'alert');
  await look(page, 'urql-sign-in-refused');
  await fill(page, { Password: password });
  await press(page, 'Sign in');
  await sees(page, 'Profile');
  await look(page, 'urql-profile');
  await latchkey.stop();
  await press(page, 'Sign out');
  await hears(page, 'can’t be reached', 'alert');
  await look(page, 'urql-server-away');
});
