import { useSyncExternalStore } from 'react';
import * as session from './session.js';

export function TokenStatus() {
  const held = useSyncExternalStore(session.subscribe, session.current);
  return (
    <div className="token-status">
      <span role="status" data-state={stateOf(held)}>
        {describe(held)}
      </span>
      {held && (
        <button type="button" onClick={() => session.set(null)}>
          Forget token
        </button>
      )}
    </div>
  );
}

function stateOf(held) {
  if (!held) return 'none';
  return held.refused ? 'refused' : 'held';
}

function describe(held) {
  if (!held) return 'No token: sign up or log in to get one';
  const token = held.owner ? `The token of ${held.owner}` : 'Your token';
  return held.refused ? `${token} is refused: ${held.refused}` : `${token} is sent along`;
}
