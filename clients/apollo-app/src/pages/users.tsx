import { useQuery } from '@apollo/client/react';
import { type ReactNode, useEffect, useState } from 'react';
import { type AccountFragment, type Role, type UserFilter, UsersDocument } from '../api/latchkey/graphql';
import { Page } from '../page';
import { LoadMore, Waiting } from '../waiting';
import { UserRow } from './user-row';

export function Users({ me }: { me: AccountFragment }) {
  const [filter, setFilter] = useState<UserFilter>({});
  const variables = { filter: useSettled(filter) };
  const { client, data, previousData, error, refetch, fetchMore, loading } = useQuery(UsersDocument, {
    variables,
    fetchPolicy: 'cache-and-network',
  });
  const users = (data ?? previousData)?.users; // while the next ones load, the last ones stay

  const countOneLess = () =>
    client.cache.updateQuery({ query: UsersDocument, variables }, (data) =>
      data?.users && { users: { ...data.users, totalCount: data.users.totalCount - 1 } });

  return (
    <Page title="Users">
      <Filter onChange={setFilter} />
      {error || !users ? (
        <Waiting error={error} retry={refetch} />
      ) : (
        <>
          <p aria-live="polite">{users.totalCount === 1 ? '1 account' : `${users.totalCount} accounts`}</p>
          {users.edges.length > 0 && (
            <div className="card">
              <table>
                <thead>
                  <tr>
                    {['Account', 'Role', 'State', 'Created', 'Actions'].map((title) => (
                      <th key={title} scope="col">
                        {title}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {users.edges.map(({ node }) => (
                    <UserRow key={node.id} user={node} isMe={node.id === me.id} onDelete={countOneLess} />
                  ))}
                </tbody>
              </table>
            </div>
          )}
          {users.pageInfo.hasNextPage && (
            <LoadMore loading={loading} load={() => fetchMore({ variables: { after: users.pageInfo.endCursor } })} />
          )}
        </>
      )}
    </Page>
  );
}

function Filter({ onChange }: { onChange: (change: (filter: UserFilter) => UserFilter) => void }) {
  const set = (change: UserFilter) => onChange((filter) => ({ ...filter, ...change }));
  return (
    <form role="search" className="filter" onSubmit={(event) => event.preventDefault()}>
      <Labelled id="text" label="E-mail or username begins with">
        <input id="text" type="search" autoComplete="off" onChange={(event) => set({ text: event.target.value || null })} />
      </Labelled>
      <Labelled id="role" label="Role">
        <select id="role" onChange={(event) => set({ role: (event.target.value || null) as Role | null })}>
          <option value="">Any</option>
          <option value="USER">User</option>
          <option value="ADMIN">Administrator</option>
        </select>
      </Labelled>
      <Labelled id="state" label="State">
        <select id="state" onChange={(event) => set({ disabled: event.target.value ? event.target.value === 'disabled' : null })}>
          <option value="">Any</option>
          <option value="enabled">Enabled</option>
          <option value="disabled">Disabled</option>
        </select>
      </Labelled>
    </form>
  );
}

function Labelled({ id, label, children }: { id: string; label: string; children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
    </div>
  );
}

/** The value, once it has not changed for a moment: not every key asks the server. */
function useSettled<T>(value: T) {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 250);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
