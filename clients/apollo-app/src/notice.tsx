import { ErrorCode, errorCode } from '@latchkey/client';
import { useSyncExternalStore } from 'react';
import { sentences } from './problems';

let shown = { text: '', failed: false };
const listeners = new Set<() => void>();

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

function show(next: typeof shown) {
  shown = next;
  for (const listener of listeners) listener();
}

/** Says how something went, above the page and aloud in screen readers. '' says nothing. */
export const say = (text: string) => show({ text, failed: false });

addEventListener('hashchange', () => say('')); // it was about the page before

/** Does what a button is for, and says how it went. */
export async function attempt(work: () => Promise<unknown>, done = '') {
  say('');
  try {
    await work();
    if (done) say(done);
  } catch (error) {
    const wasSaid = errorCode(error) === ErrorCode.UNAUTHENTICATED && shown.text; // that the session has ended
    if (!wasSaid) show({ text: sentences(error), failed: true });
  }
}

/** Both are always in the page: screen readers announce changes of what was there. */
export function Notice() {
  const { text, failed } = useSyncExternalStore(subscribe, () => shown);
  return (
    <div className="notice">
      <p role="status">{!failed && text}</p>
      <p role="alert">{failed && text}</p>
    </div>
  );
}
