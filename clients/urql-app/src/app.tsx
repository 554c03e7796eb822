import { useSession } from '@latchkey/client/react';
import { useMemo } from 'react';
import { Provider } from 'urql';
import { Profile } from './profile';
import { createClient, session } from './session';
import { SignIn } from './sign-in';

export function App() {
  const { state, userId } = useSession(session);
  const client = useMemo(createClient, [userId]);
  if (state === 'loading') return <main className="loading">Loading…</main>;
  if (state === 'out') return <SignIn />;
  return (
    <Provider value={client} key={userId}>
      <Profile />
    </Provider>
  );
}
