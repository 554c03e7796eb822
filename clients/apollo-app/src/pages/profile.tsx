import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { type AccountFragment, UpdateUserDocument } from '../api/latchkey/graphql';
import { Field, PasswordField } from '../fields';
import { Form, type Values } from '../form';
import { say } from '../notice';
import { Page, Section } from '../page';
import { DeleteAccount } from './delete-account';
import { Password } from './password';

export function Profile({ me }: { me: AccountFragment }) {
  return (
    <Page title="Profile">
      <Details me={me} />
      <Password me={me} />
      <DeleteAccount me={me} />
    </Page>
  );
}

function Details({ me }: { me: AccountFragment }) {
  const [updateUser] = useMutation(UpdateUserDocument);
  const [confirming, setConfirming] = useState(false);

  /** What is left out of an update stays as it is; null clears it. */
  const changes = (values: Values) => {
    const changed = (['name', 'email', 'username'] as const).filter((field) => values[field] !== (me[field] ?? ''));
    return Object.fromEntries(changed.map((field) => [field, values[field] || null]));
  };

  /** What one signs in with is changed by whoever knows the password. */
  const takesPassword = (values: Values) => ['email', 'username'].some((field) => field in changes(values));

  async function save(values: Values) {
    await updateUser({ variables: { input: { ...changes(values), currentPassword: values.currentPassword } } });
    setConfirming(false);
    say('Your profile is saved.');
  }

  return (
    <Section id="details" title="Details" about="You sign in with your e-mail address or your username.">
      <Form id="profile" submit="Save" action={save} onChange={(values) => setConfirming(takesPassword(values))}>
        <Field name="name" label="Name" autoComplete="name" defaultValue={me.name ?? ''} />
        <Field name="email" label="E-mail" type="email" autoComplete="email" defaultValue={me.email ?? ''} />
        <Field
          name="username" label="Username" autoComplete="username" autoCapitalize="none" spellCheck={false}
          defaultValue={me.username ?? ''}
        />
        {confirming && (
          <PasswordField
            name="currentPassword" label="Current password" autoComplete="current-password"
            hint="You are changing what you sign in with."
          />
        )}
      </Form>
    </Section>
  );
}
