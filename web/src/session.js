// The tokens of the last sign-up, log-in, refresh or password change. They live in this variable and nowhere else, so a
// page that is reloaded or closed has forgotten them.
let session = null;
const listeners = new Set();

/** @returns {{ token: string, refreshToken?: string, owner?: string, refused?: string } | null} */
export const current = () => session;

export function set(next) {
  session = next;
  for (const listener of listeners) listener();
}

export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
