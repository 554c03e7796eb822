import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fill, goTo, hears, openApp, password, press, sees } from './app.mjs';
import { until } from './browser.mjs';

const passwordHash = '$2y$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'; // nobody signs in with it

/** An administrator in front of the table of users, beside whom there are Ada, who is signed in herself, and this many others. */
async function openUsers(t, others) {
  const place = await openApp(t);
  const { latchkey, signUp, signIn } = place;
  const accounts = Array.from({ length: others }, (_, i) => JSON.stringify({ username: `user-${String(i).padStart(2, '0')}`, passwordHash }));
  await latchkey.runWith(accounts.join('\n'), 'users', 'import', '-');
  const ada = await signUp('ada@example.org');
  await latchkey.runWith(password, 'users', 'create', '--email', 'root@example.org', '--role', 'ADMIN');
  const page = await signIn('root@example.org');
  await goTo(page, 'Users');
  const row = (name) => page.getByRole('row').filter({ hasText: name });
  return { ...place, ada, page, row };
}

const rows = (page) => page.locator('tbody tr').count();

test('an administrator pages through the users and searches them', async (t) => {
  const { page, row } = await openUsers(t, 25);
  await page.getByText('27 accounts').waitFor();
  assert.equal(await rows(page), 20);
  await press(page, 'Load more');
  await until('all are there', async () => (await rows(page)) === 27);
  assert.equal(await page.getByRole('button', { name: 'Load more' }).count(), 0);
  assert.equal(await row('root@example.org').getByText('You').count(), 1);

  await fill(page, { 'E-mail or username begins with': 'user-1' });
  await page.getByText('10 accounts').waitFor();
  assert.equal(await rows(page), 10);
  await fill(page, { 'E-mail or username begins with': '' });
  await page.getByLabel('Role', { exact: true }).selectOption('Administrator');
  await page.getByText('1 account', { exact: true }).waitFor();
  assert.equal(await rows(page), 1);
});

test('an administrator changes a role, disables and deletes, and each works at the next request', async (t) => {
  const { ada, open, page, row } = await openUsers(t, 1);
  assert.equal(await ada.getByRole('link', { name: 'Users' }).count(), 0);
  const role = page.getByLabel('Role of ada@example.org');
  await role.selectOption('Administrator');
  await hears(page, 'The role of ada@example.org is changed.');
  await ada.reload();
  await goTo(ada, 'Users');
  await ada.getByText('3 accounts').waitFor();
  await role.selectOption('User');
  await until('the role is changed back', async () => (await role.inputValue()) === 'USER');
  await press(ada, 'Disable root@example.org');
  await hears(ada, 'You may not do this', 'alert');

  await press(page, 'Disable ada@example.org');
  await hears(page, 'ada@example.org is disabled.');
  await row('ada@example.org').getByText('Disabled').waitFor();
  await ada.getByRole('link', { name: 'Sessions' }).click();
  await sees(ada, 'Sign in');
  await fill(ada, { 'E-mail or username': 'ada@example.org', Password: password });
  await press(ada, 'Sign in');
  await hears(ada, 'password', 'alert');
  await press(page, 'Enable ada@example.org');
  await hears(page, 'ada@example.org is enabled.');
  await press(ada, 'Sign in');
  await ada.getByRole('banner').waitFor();

  await press(page, 'Delete ada@example.org');
  await press(page.getByRole('dialog'), 'Cancel');
  await press(page, 'Delete ada@example.org');
  await press(page.getByRole('dialog'), 'Delete');
  await hears(page, 'ada@example.org is deleted.');
  await page.getByText('2 accounts').waitFor();
  assert.equal(await row('ada@example.org').count(), 0);
  await ada.reload();
  await sees(ada, 'Sign in');
  await sees(await open(), 'Sign in');
});
