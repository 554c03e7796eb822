import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServer } from '../../../web/test/server.mjs';
import { openBrowser } from './browser.mjs';
import { ask, goTo, isIn, servePage, signUp, token, userId } from './tabs.mjs';

test('a page whose origin is not allowed gets nothing, and disturbs nobody', async (t) => {
  const [port, otherPort] = [await servePage(t), await servePage(t)];
  const allowed = `http://localhost:${port}`;
  const latchkey = await startServer(t, { LATCHKEY_ALLOWED_ORIGINS: allowed });
  const browser = await openBrowser(t);
  const tab = await goTo(browser, latchkey, allowed);
  await signUp(tab, 'ada');
  const cookies = await browser.cookies();

  // The browser would send the cookie from the same site, port or no port; another site does not even have that.
  for (const origin of [`http://localhost:${otherPort}`, `http://evil.localhost:${port}`, `http://localhost.evil.localhost:${otherPort}`]) {
    const stranger = await goTo(browser, latchkey, origin);
    await assert.rejects(token(stranger), /Failed to fetch/, origin);
    await assert.rejects(signUp(stranger, 'mallory'), /Failed to fetch/, origin);
    await assert.rejects(ask(stranger, '{ me { id } }'), /Failed to fetch/, origin);
    assert.equal(await stranger.evaluate('session.state'), 'loading');
    assert.equal(await stranger.evaluate('document.cookie'), '');
  }
  assert.deepEqual(await browser.cookies(), cookies);
  await tab.reload();
  await isIn(tab, (await ask(tab, '{ me { id } }')).data.me.id);
});
