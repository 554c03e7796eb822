import { useMutation, useQuery } from '@apollo/client/react';
import { RevokeSessionDocument, SessionsDocument, type SessionsQuery } from '../api/latchkey/graphql';
import { ConfirmButton } from '../confirm';
import { device } from '../device';
import { attempt } from '../notice';
import { focusHeading, Page } from '../page';
import { leave, session } from '../session';
import { Day, Time } from '../time';
import { Waiting } from '../waiting';

type Session = NonNullable<NonNullable<SessionsQuery['me']>['sessions']>[number];

export function Sessions() {
  const { data, error, refetch } = useQuery(SessionsDocument, { fetchPolicy: 'cache-and-network' });
  const sessions = data?.me?.sessions;

  async function signOutOthers() {
    await session.signOut('OTHERS');
    await refetch();
  }

  return (
    <Page title="Sessions">
      <p>Where you are signed in. If you don’t recognise something, sign it out and change your password.</p>
      {sessions ? (
        <ul className="card rows">
          {sessions.map((one) => (
            <Row key={one.id} one={one} />
          ))}
        </ul>
      ) : (
        <Waiting error={error} retry={refetch} />
      )}
      <div className="buttons">
        <button type="button" onClick={() => attempt(signOutOthers, 'You are signed out everywhere else.')}>
          Sign out everywhere else
        </button>
        <ConfirmButton
          label="Sign out everywhere"
          title="Sign out everywhere?"
          action={() => leave('You are signed out everywhere.', () => session.signOut('ALL'))}
        >
          <p>On this device too.</p>
        </ConfirmButton>
      </div>
    </Page>
  );
}

function Row({ one }: { one: Session }) {
  const { id, userAgent, ipAddress, createdAt, lastUsedAt, current } = one;
  const [revoke] = useMutation(RevokeSessionDocument, {
    variables: { id },
    update: (cache) => cache.evict({ id: cache.identify({ __typename: 'Session', id }) }),
  });
  const name = device(userAgent);

  async function signOut() {
    await revoke();
    focusHeading();
  }

  return (
    <li>
      <div>
        <strong>{name}</strong> {current && <span className="badge">This device</span>}
        <p className="hint">
          {ipAddress && `${ipAddress} · `}
          since <Day at={createdAt} /> · last used <Time at={lastUsedAt} />
        </p>
      </div>
      {!current && (
        <button type="button" onClick={() => attempt(signOut, `${name} is signed out.`)}>
          Sign out<span className="hidden"> {name}</span>
        </button>
      )}
    </li>
  );
}
