// The example apps as their users have them: built, on another port than Latchkey's.
import assert from 'node:assert/strict';
import { startServer } from '../../../web/test/server.mjs';
import { openBrowser, until } from './browser.mjs';
import { addresses, folder } from './places.mjs';
import { serve } from './site.mjs';
import { startWorkItems } from './work-items.mjs';

export const password = 'correct horse battery';

/**
 * Starts Latchkey, an app, and if asked for the service with the work items. `open` opens the app in a browser of its own, and `signUp` and
 * `signIn` do so with someone.
 */
export async function openApp(t, { app = 'apollo-app', settings, workItems = false } = {}) {
  const latchkey = await startServer(t, settings);
  const words = { [addresses.latchkey]: latchkey.origin };
  if (workItems) words[addresses.workItems] = await startWorkItems(t, latchkey);
  const port = await serve(t, { '/': folder(`dist/${app}`) }, words);

  async function open(options) {
    const browser = await openBrowser(t, options);
    const page = await browser.newPage();
    await page.goto(`http://localhost:${port}`);
    await sees(page, 'Sign in');
    return page;
  }

  async function signUp(email, options) {
    const page = await open(options);
    await page.getByRole('link', { name: 'Sign up' }).click();
    await fill(page, { 'E-mail': email, Password: password });
    await press(page, 'Sign up');
    await sees(page, 'Profile');
    return page;
  }

  async function signIn(identifier, options) {
    const page = await open(options);
    await fill(page, { 'E-mail or username': identifier, Password: password });
    await press(page, 'Sign in');
    await sees(page, 'Profile');
    return page;
  }

  return { latchkey, open, signUp, signIn };
}

/** Waits for the page with this heading. */
export const sees = (page, title) => page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();

export const goTo = async (page, title) => {
  await page.getByRole('link', { name: title, exact: true }).click();
  await sees(page, title);
};

export async function fill(place, values) {
  for (const [label, value] of Object.entries(values)) await place.getByLabel(label, { exact: true }).fill(value);
}

export const press = (place, name) => place.getByRole('button', { name, exact: true }).click();

/** Waits until the app has said this, also to screen readers. */
export const hears = (page, text, role = 'status') => page.getByRole(role).filter({ hasText: text }).waitFor();

/** Waits until a field is said to have this problem: it has the focus, so that screen readers read what describes it. */
export async function hasProblem(page, label, problem) {
  const field = page.getByLabel(label, { exact: true });
  await page.locator('[aria-invalid=true]:focus').waitFor();
  await until(`${label} has the focus`, () => field.evaluate((field) => field === document.activeElement));
  const descriptions = await field.evaluate((field) =>
    field.getAttribute('aria-describedby').split(' ').map((id) => document.getElementById(id).textContent),
  );
  assert.ok(descriptions.some((text) => problem.test(text)), `${descriptions} is not ${problem}`);
}
