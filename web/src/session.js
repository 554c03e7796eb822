// The token of the last sign-up, log-in or password change. It lives in this variable and nowhere else, so a page that
// is reloaded or closed has forgotten it.
let session = null;
const listeners = new Set();

/** @returns {{ token: string, owner?: string, refused?: string } | null} */
export const current = () => session;

export function set(next) {
  session = next;
  for (const listener of listeners) listener();
}

export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
