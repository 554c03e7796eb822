import { useMutation } from '@apollo/client/react';
import { type AccountFragment, DeleteMeDocument } from '../api/latchkey/graphql';
import { ConfirmButton } from '../confirm';
import { PasswordField, Whose } from '../fields';
import type { Values } from '../form';
import { Section } from '../page';
import { leave, session } from '../session';

export function DeleteAccount({ me }: { me: AccountFragment }) {
  const [deleteMe] = useMutation(DeleteMeDocument);

  const remove = ({ currentPassword }: Values) =>
    leave('Your account is deleted.', async () => {
      await deleteMe({ variables: { currentPassword } });
      await session.signOut();
    });

  return (
    <Section id="delete" title="Delete account" about="Your account and all that is known about you here will be gone for good.">
      <ConfirmButton label="Delete account" title="Delete your account?" action={remove}>
        <p>This can’t be undone.</p>
        <Whose name={me.email ?? me.username ?? ''} />
        <PasswordField name="currentPassword" label="Current password" autoComplete="current-password" />
      </ConfirmButton>
    </Section>
  );
}
