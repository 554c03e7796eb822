// A page that has nothing but the client package, on another port than Latchkey's, and its tabs.
import { startServer } from '../../../web/test/server.mjs';
import { password } from './app.mjs';
import { openBrowser } from './browser.mjs';
import { folder } from './places.mjs';
import { serve } from './site.mjs';

/** Starts Latchkey and a browser. `open` opens a tab, and waits until it knows whether someone is signed in. */
export async function openTabs(t, settings) {
  const latchkey = await startServer(t, settings);
  const port = await servePage(t);
  const browser = await openBrowser(t);
  const open = async (delivery) => {
    const tab = await goTo(browser, latchkey, `http://localhost:${port}`, delivery);
    await tab.waitForFunction("session.state !== 'loading'");
    return tab;
  };
  return { latchkey, browser, port, open, openMany: (count) => Promise.all(Array.from({ length: count }, () => open())) };
}

export const servePage = (t) => serve(t, { '/client/': folder('../typescript/dist'), '/': folder('page') });

/** Opens a tab with the page under some origin, and waits until its script has run. */
export async function goTo(browser, { origin }, pageOrigin, delivery = 'COOKIE') {
  const tab = await browser.newPage();
  await tab.goto(`${pageOrigin}/?${new URLSearchParams({ latchkey: `${origin}/graphql`, delivery })}`);
  await tab.waitForFunction('globalThis.work');
  return tab;
}

export const signUp = (tab, username) => tab.evaluate((input) => session.signUp(input), { username, password });
export const signIn = (tab, identifier) => tab.evaluate((input) => session.signIn(input), { identifier, password });
export const signOut = (tab, scope) => tab.evaluate((scope) => session.signOut(scope), scope);
export const ask = (tab, query) => tab.evaluate((query) => globalThis.ask(query), query);
export const token = (tab) => tab.evaluate('session.getAccessToken()');
export const userId = (tab) => tab.evaluate('session.userId');

/** Waits until the tab is in that state, with that user. */
export const isIn = (tab, userId) => tab.waitForFunction((userId) => session.state === 'in' && session.userId === userId, userId);
export const isOut = (tab) => tab.waitForFunction("session.state === 'out'");

/** Lets tabs ask again and again. The function that comes back stops them, and returns what each has done. */
export async function work(tabs) {
  for (const tab of tabs) await tab.evaluate('void (working = work())');
  return () => Promise.all(tabs.map((tab) => tab.evaluate('(stop = true, working)')));
}
