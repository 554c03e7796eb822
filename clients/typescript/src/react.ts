import { useSyncExternalStore } from 'react';
import type { Session, Snapshot } from './types.js';

/** The session's state and the user's id; renders again when they change. On a server that renders pages it is 'loading'. */
export function useSession(session: Session): Snapshot {
  return {
    state: useSyncExternalStore(session.subscribe, () => session.state, () => 'loading'),
    userId: useSyncExternalStore(session.subscribe, () => session.userId, () => null),
  };
}
