import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasProblem, hears, openApp, password, sees } from './app.mjs';
import { until } from './browser.mjs';

/** The accessible name of what has the focus, as screen readers say it. */
async function focused(page) {
  const { nodes } = await (await page.context().newCDPSession(page)).send('Accessibility.getFullAXTree');
  const has = (node, name) => node.properties?.some((property) => property.name === name && property.value.value);
  const node = nodes.findLast((node) => has(node, 'focused'));
  return `${node.role.value} ${node.name.value}`;
}

/** Presses Tab as often as there are names, and reads what has the focus each time. */
async function tabs(page, ...names) {
  const found = [];
  for (const _ of names) {
    await page.keyboard.press('Tab');
    found.push(await focused(page));
  }
  assert.deepEqual(found, names);
}

const type = (page, text) => page.keyboard.insertText(text);

test('the app is used with the keyboard alone, and the focus is where one goes on', async (t) => {
  const { open } = await openApp(t, { workItems: true });
  const page = await open();
  await until('the heading has the focus', async () => (await focused(page)) === 'heading Sign in');
  await tabs(page, 'textbox E-mail or username', 'textbox Password', 'button Show password', 'button Sign in', 'link Sign up');
  await page.keyboard.press('Enter');
  await sees(page, 'Sign up');
  assert.equal(await focused(page), 'heading Sign up');

  await tabs(page, 'textbox Name (optional)', 'textbox E-mail');
  await type(page, 'ada@example.org');
  await tabs(page, 'textbox Username (optional)', 'textbox Password');
  await type(page, 'short');
  await page.keyboard.press('Enter');
  await hasProblem(page, 'Password', /at least 8 characters/);
  await page.keyboard.press('Control+A');
  await type(page, password);
  await tabs(page, 'button Show password');
  assert.equal(await page.getByLabel('Password', { exact: true }).getAttribute('type'), 'password');
  await page.keyboard.press('Space');
  assert.equal(await page.getByLabel('Password', { exact: true }).getAttribute('type'), 'text');
  await tabs(page, 'button Sign up');
  await page.keyboard.press('Enter');
  await sees(page, 'Profile');
  assert.equal(await focused(page), 'heading Profile');

  await page.getByRole('link', { name: 'Sessions' }).focus();
  await page.keyboard.press('Enter');
  await sees(page, 'Sessions');
  assert.equal(await focused(page), 'heading Sessions');
  await page.getByText('This device').waitFor();
  await tabs(page, 'button Sign out everywhere else', 'button Sign out everywhere');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Sign out everywhere?' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal(await focused(page), 'button Sign out everywhere');

  await page.getByRole('link', { name: 'Work items' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Nothing to do.').waitFor();
  await tabs(page, 'textbox What is to be done?');
  await type(page, 'Add notes');
  await page.keyboard.press('Enter');
  await page.getByLabel('Add notes').waitFor();
  assert.equal(await focused(page), 'textbox What is to be done?');
  await tabs(page, 'button Add', 'checkbox Add notes');
  await page.keyboard.press('Space');
  assert.ok(await page.getByLabel('Add notes').isChecked());
  await tabs(page, 'button Delete Add notes');
  await page.keyboard.press('Enter');
  await hears(page, 'The item is deleted.');
  assert.equal(await focused(page), 'heading Work items');
});

test('password managers know each field, and passwords can be pasted', async (t) => {
  const { open, signUp } = await openApp(t);
  const fields = (page) =>
    page.locator('input[autocomplete]').evaluateAll((inputs) =>
      inputs.map(({ name, autocomplete, form }) => `${form.id}: ${name} ${autocomplete}`),
    );
  const page = await open();
  assert.deepEqual(await fields(page), ['sign-in: identifier username', 'sign-in: password current-password']);
  await page.getByRole('link', { name: 'Sign up' }).click();
  await sees(page, 'Sign up');
  assert.deepEqual(await fields(page), ['sign-up: name name', 'sign-up: email email', 'sign-up: username username', 'sign-up: password new-password']);

  const field = page.getByLabel('Password', { exact: true });
  await page.getByLabel('Name (optional)', { exact: true }).fill(password);
  await page.getByLabel('Name (optional)', { exact: true }).press('Control+A');
  await page.keyboard.press('Control+X');
  await field.press('Control+V');
  assert.equal(await field.inputValue(), password);

  const profile = await signUp('ada@example.org');
  assert.deepEqual(await fields(profile), [
    'profile: name name',
    'profile: email email',
    'profile: username username',
    'password-change: username username',
    'password-change: currentPassword current-password',
    'password-change: newPassword new-password',
  ]);
  await profile.getByRole('button', { name: 'Delete account' }).click();
  assert.deepEqual((await fields(profile)).slice(6), ['confirm: username username', 'confirm: currentPassword current-password']);
});
