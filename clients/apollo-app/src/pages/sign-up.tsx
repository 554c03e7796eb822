import { Field, PasswordField } from '../fields';
import { Form, type Values } from '../form';
import { Entrance } from '../page';
import { session } from '../session';

export function SignUp() {
  async function signUp({ name, email, username, password }: Values) {
    await session.signUp({ name: name || null, email: email || null, username: username || null, password });
    location.hash = '#/profile';
  }
  return (
    <Entrance title="Sign up">
      <div className="card">
        <Form id="sign-up" submit="Sign up" action={signUp}>
          <Field name="name" label="Name (optional)" autoComplete="name" />
          <Field name="email" label="E-mail" type="email" autoComplete="email" hint="Or choose a username; one of the two is enough." />
          <Field name="username" label="Username (optional)" autoComplete="username" autoCapitalize="none" spellCheck={false} />
          <PasswordField
            name="password" label="Password" autoComplete="new-password"
            hint="A few words that don’t belong together are best."
          />
        </Form>
      </div>
      <p>
        Have an account? <a href="#/sign-in">Sign in</a>
      </p>
    </Entrance>
  );
}
