import { Field, PasswordField } from '../fields';
import { Form } from '../form';
import { Entrance } from '../page';
import { session } from '../session';

export function SignIn() {
  return (
    <Entrance title="Sign in">
      <div className="card">
        <Form id="sign-in" submit="Sign in" action={({ identifier, password }) => session.signIn({ identifier, password })}>
          <Field name="identifier" label="E-mail or username" autoComplete="username" required autoCapitalize="none" spellCheck={false} />
          <PasswordField name="password" label="Password" autoComplete="current-password" />
        </Form>
      </div>
      <p>
        No account yet? <a href="#/sign-up">Sign up</a>
      </p>
    </Entrance>
  );
}
