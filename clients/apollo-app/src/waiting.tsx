import { useEffect, useState } from 'react';
import { attempt } from './notice';
import { Blank } from './page';
import { sentences } from './problems';

/** Stands where data will be: waits for it, or says why there is none. */
export function Waiting({ error, retry }: { error?: unknown; retry: () => Promise<unknown> }) {
  if (!error) return <p className="loading">Loading…</p>;
  return (
    <div className="card">
      <p className="problem" role="alert">
        {sentences(error)}
      </p>
      <button type="button" onClick={() => retry().catch(() => {})}>
        Try again
      </button>
    </div>
  );
}

/** The next page of a list. Not while another is under way: it may be that of another list, with cursors of its own. */
export function LoadMore({ loading, load }: { loading: boolean; load: () => Promise<unknown> }) {
  return (
    <button type="button" aria-disabled={loading} onClick={() => loading || attempt(load)}>
      Load more
    </button>
  );
}

/** Until it is known whether someone is signed in. The session tries again by itself. */
export function Starting() {
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), 4000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Blank>
      <p className="loading" role="status">
        {long ? 'Waiting for the server…' : 'Loading…'}
      </p>
    </Blank>
  );
}
