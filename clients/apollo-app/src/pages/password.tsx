import { useMutation } from '@apollo/client/react';
import { type AccountFragment, ChangePasswordDocument } from '../api/latchkey/graphql';
import { PasswordField, Whose } from '../fields';
import { Form, type Values } from '../form';
import { say } from '../notice';
import { Section } from '../page';
import { session } from '../session';

export function Password({ me }: { me: AccountFragment }) {
  const [changePassword] = useMutation(ChangePasswordDocument);

  async function change({ currentPassword, newPassword }: Values) {
    const { data } = await changePassword({ variables: { currentPassword, newPassword } });
    await session.adopt(data!.updateUser.auth!); // all sessions have ended, and this is the new one
    say('Your password is changed. You are signed out everywhere else.');
  }

  return (
    <Section id="password" title="Password" about="A new password signs you out on all other devices.">
      <Form id="password-change" submit="Change password" action={change}>
        <Whose name={me.email ?? me.username ?? ''} />
        <PasswordField name="currentPassword" label="Current password" autoComplete="current-password" />
        <PasswordField name="newPassword" label="New password" autoComplete="new-password" />
      </Form>
    </Section>
  );
}
