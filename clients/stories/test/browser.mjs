import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const { CHROMIUM = '/usr/bin/chromium' } = process.env;

/** How long anything may take, in ms: much longer than it does, on a machine that is busy. */
export const patience = 30_000;

/** One browser for all tests of a file. */
let chrome;
before(async () => {
  chrome = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
});
after(() => chrome?.close());

/**
 * A browser as someone has it, with cookies and tabs of its own. The test `t` fails if a page throws what nobody catches. `refreshes` counts the
 * requests for a new access token.
 */
export async function openBrowser(t, options = {}) {
  const browser = await chrome.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light', ...options });
  browser.setDefaultTimeout(patience);
  const uncaught = [];
  browser.on('weberror', (error) => uncaught.push(error.error()));
  browser.on('request', (request) => {
    if (request.postData()?.includes('refreshToken(')) browser.refreshes++;
  });
  t.after(async () => {
    await browser.close();
    assert.deepEqual(uncaught, []);
  });
  return Object.assign(browser, { refreshes: 0 });
}

/** Waits until something is the case. */
export async function until(what, isSo) {
  for (const deadline = Date.now() + patience; !(await isSo()); ) {
    assert.ok(Date.now() < deadline, `it never came about that ${what}`);
    await delay(20);
  }
}
