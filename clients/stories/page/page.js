// What the stories of the package itself need of a page: a session, and a way to ask Latchkey with it.
import { createSession } from '/client/index.js';

const { latchkey: url, delivery } = Object.fromEntries(new URLSearchParams(location.search));

const storage = {
  get: () => localStorage.getItem('refresh token'),
  set: (token) => (token ? localStorage.setItem('refresh token', token) : localStorage.removeItem('refresh token')),
};

globalThis.session = createSession({ url, delivery, storage });

globalThis.ask = async (query) => {
  const response = await session.fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ query }) });
  return response.json();
};

/** Asks again and again who is signed in until `stop` is true, and keeps what was not an answer with that user. */
globalThis.work = async () => {
  const report = (globalThis.report = { done: 0, failures: [] });
  globalThis.stop = false;
  while (!globalThis.stop) {
    try {
      const answer = await ask('{ me { id } }');
      if (!answer.errors && answer.data.me.id === session.userId) report.done++;
      else report.failures.push(answer);
    } catch (error) {
      report.failures.push(String(error));
    }
  }
  return report;
};
