import { ApolloProvider, useQuery } from '@apollo/client/react';
import { useSession } from '@latchkey/client/react';
import { useSyncExternalStore } from 'react';
import { MeDocument } from './api/latchkey/graphql';
import { Header, pages } from './header';
import { Notice } from './notice';
import { Blank } from './page';
import { SignIn } from './pages/sign-in';
import { SignUp } from './pages/sign-up';
import { latchkey, session } from './session';
import { Starting, Waiting } from './waiting';

export function App() {
  const { state, userId } = useSession(session);
  return (
    <ApolloProvider client={latchkey}>
      <Notice />
      {state === 'loading' && <Starting />}
      {state === 'out' && <SignedOut />}
      {state === 'in' && <SignedIn key={userId} />}
    </ApolloProvider>
  );
}

const SignedOut = () => (useHash() === '#/sign-up' ? <SignUp /> : <SignIn />);

function SignedIn() {
  const hash = useHash();
  const { data, error, refetch } = useQuery(MeDocument);
  const me = data?.me;
  if (!me) {
    return (
      <Blank>
        <Waiting error={error} retry={refetch} />
      </Blank>
    );
  }

  const allowed = pages.filter((page) => !page.admin || me.role === 'ADMIN');
  const { path, Page } = allowed.find((page) => page.path === hash) ?? allowed[0];
  return (
    <>
      <Header pages={allowed} path={path} me={me} />
      <Page key={path} me={me} />
    </>
  );
}

/** Which page the address names: #/sessions, say. */
const useHash = () => useSyncExternalStore(onHashChange, () => location.hash);

function onHashChange(listener: () => void) {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}
