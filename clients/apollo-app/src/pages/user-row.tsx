import { useMutation } from '@apollo/client/react';
import { type AccountFragment, DeleteUserDocument, type Role, UpdateUserDocument, type UpdateUserInput } from '../api/latchkey/graphql';
import { ConfirmButton } from '../confirm';
import { attempt, say } from '../notice';
import { focusHeading } from '../page';
import { Day } from '../time';

interface Props {
  user: AccountFragment;
  /** One does not lock oneself out: whoever wants to go has the profile for it. */
  isMe: boolean;
  onDelete: () => void;
}

export function UserRow({ user, isMe, onDelete }: Props) {
  const { id, email, username, name, role, disabled, createdAt } = user;
  const login = email ?? username ?? '';
  const [updateUser] = useMutation(UpdateUserDocument);
  const [deleteUser] = useMutation(DeleteUserDocument, {
    variables: { id },
    update: (cache) => cache.evict({ id: cache.identify({ __typename: 'User', id }) }),
  });

  const change = (to: UpdateUserInput, done: string) => attempt(() => updateUser({ variables: { input: { id, ...to } } }), done);

  async function remove() {
    await deleteUser();
    onDelete();
    focusHeading();
    say(`${login} is deleted.`);
  }

  return (
    <tr>
      <th scope="row">
        {name ?? login} {isMe && <span className="badge">You</span>}
        <p className="hint">{[email, username].filter(Boolean).join(' · ')}</p>
      </th>
      <td>
        <select
          aria-label={`Role of ${login}`}
          disabled={isMe}
          value={role}
          onChange={({ target }) => change({ role: target.value as Role }, `The role of ${login} is changed.`)}
        >
          <option value="USER">User</option>
          <option value="ADMIN">Administrator</option>
        </select>
      </td>
      <td>{disabled ? <span className="badge off">Disabled</span> : <span className="badge">Enabled</span>}</td>
      <td className="hint">
        <Day at={createdAt} />
      </td>
      <td>
        {!isMe && (
          <div className="buttons">
            <button type="button" onClick={() => change({ disabled: !disabled }, `${login} is ${disabled ? 'enabled' : 'disabled'}.`)}>
              {disabled ? 'Enable' : 'Disable'}
              <span className="hidden"> {login}</span>
            </button>
            <ConfirmButton label="Delete" of={login} title={`Delete ${login}?`} action={remove}>
              <p>The account and its sessions will be gone for good.</p>
            </ConfirmButton>
          </div>
        )}
      </td>
    </tr>
  );
}
