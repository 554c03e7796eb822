import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fill, hears, openApp, password, press, sees } from './app.mjs';

test('the app with urql: in, a name, another user, out, with a server that goes away meanwhile', async (t) => {
  const { latchkey, open } = await openApp(t, { app: 'urql-app' });
  for (const username of ['ada', 'grace']) await latchkey.runWith(password, 'users', 'create', '--username', username);
  const page = await open();
  await fill(page, { 'E-mail or username': 'ada', Password: 'wrong' });
  await press(page, 'Sign in');
  await hears(page, 'password', 'alert');
  await fill(page, { Password: password });
  await press(page, 'Sign in');
  await sees(page, 'Profile');
  await page.getByText('You are signed in as ada.').waitFor();
  await fill(page, { Name: 'Ada King' });

  await latchkey.stop();
  await press(page, 'Save');
  await hears(page, 'can’t be reached', 'alert');
  await latchkey.start();
  await press(page, 'Save');
  await hears(page, 'Your name is saved.');
  await page.reload();
  await sees(page, 'Profile');
  assert.equal(await page.getByLabel('Name').inputValue(), 'Ada King');

  await press(page, 'Sign out');
  await sees(page, 'Sign in');
  await fill(page, { 'E-mail or username': 'grace', Password: password });
  await press(page, 'Sign in');
  await page.getByText('You are signed in as grace.').waitFor();
  assert.equal(await page.getByLabel('Name').inputValue(), '');

  await latchkey.run('users', 'delete', 'grace');
  await fill(page, { Name: 'Grace Hopper' });
  await press(page, 'Save');
  await sees(page, 'Sign in');
});
