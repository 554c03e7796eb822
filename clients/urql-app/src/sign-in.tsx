import { FormPage } from './form';
import { session } from './session';

export function SignIn() {
  async function signIn({ identifier, password }: Record<string, string>) {
    await session.signIn({ identifier, password });
    return '';
  }
  return (
    <FormPage title="Sign in" submit="Sign in" action={signIn}>
      <div className="field">
        <label htmlFor="identifier">E-mail or username</label>
        <input id="identifier" name="identifier" autoComplete="username" required autoCapitalize="none" spellCheck={false} />
      </div>
      <div className="field">
        <label htmlFor="password">Password</label>
        <input id="password" name="password" type="password" autoComplete="current-password" required />
      </div>
    </FormPage>
  );
}
