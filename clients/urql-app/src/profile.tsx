import { useState } from 'react';
import { gql, useMutation, useQuery } from 'urql';
import { FormPage, messageOf } from './form';
import { session } from './session';

interface User {
  id: string;
  email: string | null;
  username: string | null;
  name: string | null;
}

const Me = gql<{ me: User | null }>`
  query Me {
    me {
      id
      email
      username
      name
    }
  }
`;

const Rename = gql<{ updateUser: { user: User } }, { name: string | null }>`
  mutation Rename($name: String) {
    updateUser(input: { name: $name }) {
      user {
        id
        name
      }
    }
  }
`;

export function Profile() {
  const [{ data, error }, load] = useQuery({ query: Me });
  const [, rename] = useMutation(Rename);
  const me = data?.me;

  async function save({ name }: Record<string, string>) {
    const { error } = await rename({ name: name || null });
    if (error) throw error;
    return 'Your name is saved.';
  }

  return (
    <>
      <Header />
      {error && (
        <main>
          <p role="alert">{messageOf(error)}</p>
          <button onClick={() => load({ requestPolicy: 'network-only' })}>Try again</button>
        </main>
      )}
      {me && (
        <FormPage title="Profile" submit="Save" action={save}>
          <p>You are signed in as {me.email ?? me.username}.</p>
          <div className="field">
            <label htmlFor="name">Name</label>
            <input id="name" name="name" autoComplete="name" defaultValue={me.name ?? ''} />
          </div>
        </FormPage>
      )}
    </>
  );
}

function Header() {
  const [problem, setProblem] = useState('');
  return (
    <>
      <header>
        <span className="brand">
          <img src="/favicon.svg" alt="" /> Latchkey
        </span>
        <button onClick={() => session.signOut().catch((error) => setProblem(messageOf(error)))}>Sign out</button>
      </header>
      <div className="notice">
        <p role="alert">{problem}</p>
      </div>
    </>
  );
}
