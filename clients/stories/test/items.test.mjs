import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fill, goTo, hears, openApp, password, press, sees } from './app.mjs';
import { until } from './browser.mjs';

const items = (page) => page.getByRole('checkbox');

async function add(page, title) {
  await fill(page, { 'What is to be done?': title });
  await press(page, 'Add');
  await page.getByLabel(title, { exact: true }).waitFor();
}

test('each user has work items of their own, which come from another service', async (t) => {
  const { latchkey, signUp } = await openApp(t, { workItems: true });
  const page = await signUp('ada@example.org');
  await goTo(page, 'Work items');
  await page.getByText('Nothing to do.').waitFor();
  await add(page, 'Translate the memoir');
  await add(page, 'Add notes');
  await page.getByLabel('Add notes').check();
  assert.equal(await page.getByLabel('What is to be done?').inputValue(), '');
  await page.reload();
  await page.getByLabel('Add notes').waitFor();
  assert.equal(await page.getByLabel('Add notes').isChecked(), true);
  assert.equal(await page.getByLabel('Translate the memoir').isChecked(), false);
  await press(page, 'Delete Translate the memoir');
  await hears(page, 'The item is deleted.');
  assert.equal(await items(page).count(), 1);

  // Another user signs in, in the same page: what the last one saw is not there, not even for a moment.
  await latchkey.runWith(password, 'users', 'create', '--email', 'grace@example.org');
  await press(page, 'Sign out');
  await sees(page, 'Sign in');
  await page.evaluate(() => {
    globalThis.seen = [];
    new MutationObserver(() => seen.push(document.body.innerText)).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  await fill(page, { 'E-mail or username': 'grace@example.org', Password: password });
  await press(page, 'Sign in');
  await sees(page, 'Work items');
  await page.getByText('Nothing to do.').waitFor();
  await goTo(page, 'Profile');
  await page.getByRole('banner').getByText('grace@example.org').waitFor();
  const seen = (await page.evaluate('seen')).join('\n');
  assert.match(seen, /Nothing to do/);
  assert.doesNotMatch(seen, /Add notes|ada@example.org/);
  await goTo(page, 'Work items');
  await add(page, 'Find the moth');

  await press(page, 'Sign out');
  await fill(page, { 'E-mail or username': 'ada@example.org', Password: password });
  await press(page, 'Sign in');
  await page.getByLabel('Add notes').waitFor();
  assert.equal(await items(page).count(), 1);
});

test('another user who signs in in one tab is the user of all, and sees nothing of the one before', async (t) => {
  const { latchkey, signUp } = await openApp(t, { workItems: true });
  const page = await signUp('ada@example.org');
  await goTo(page, 'Work items');
  await add(page, 'Add notes');
  await latchkey.runWith(password, 'users', 'create', '--email', 'grace@example.org');
  const second = await page.context().newPage();
  await second.goto(page.url());
  await second.getByLabel('Add notes').waitFor();
  await press(second, 'Sign out');
  await sees(page, 'Sign in');
  await hears(page, 'you were signed out in another tab');
  await sees(second, 'Sign in');
  await fill(second, { 'E-mail or username': 'grace@example.org', Password: password });
  await press(second, 'Sign in');
  for (const tab of [second, page]) {
    await tab.getByRole('banner').getByText('grace@example.org').waitFor();
    await tab.getByText('Nothing to do.').waitFor();
    assert.equal(await items(tab).count(), 0);
  }
});

test('the other service goes on when Latchkey is away, and the app when both are back', async (t) => {
  const { latchkey, signUp } = await openApp(t, { workItems: true });
  const page = await signUp('ada@example.org');
  await goTo(page, 'Work items');
  await add(page, 'Add notes'); // the service has Latchkey's keys now
  await latchkey.stop();
  await add(page, 'Translate the memoir');
  await latchkey.start();
  await page.reload();
  await until('both are there', async () => (await items(page).count()) === 2);
});
