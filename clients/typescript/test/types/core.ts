// What an app writes, as strict compilers see it. It is compiled only.
import { createSession, ErrorCode, errorCode, LatchkeyError, type LogoutScope, type Session, type Snapshot, type Storage } from '@latchkey/client';

const stored: Storage = { get: () => 'token', set: (token) => console.log(token) };
const keychain: Storage = { get: async () => null, set: async () => {} };
createSession({ url: 'https://id.example.org/graphql', storage: stored });
createSession({ url: 'https://id.example.org/graphql', delivery: 'BODY', storage: keychain });
const session: Session = createSession({ url: 'https://id.example.org/graphql', delivery: 'COOKIE' });
// @ts-expect-error
createSession({ url: 'https://id.example.org/graphql', delivery: 'PIGEON' });
// @ts-expect-error
createSession({});

const end: () => void = session.subscribe((now: Snapshot, before) => {
  if (now.state == 'in' && now.userId != before.userId) end();
});
// @ts-expect-error
session.userId = 'ada';

export async function story(scope: LogoutScope): Promise<number | undefined> {
  try {
    await session.signUp({ email: 'ada@example.org', username: null, password: 'correct horse' });
    // @ts-expect-error
    await session.signIn({ identifier: 'ada' });
    const token: string | null = await session.getAccessToken();
    const request: typeof fetch = session.fetch;
    const response: Response = await request(new URL('https://api.example.org'), { method: 'POST', headers: { Mine: `${token}` } });
    // As generated from the operation, by graphql-codegen.
    const { auth } = (await response.json()) as { auth: { __typename?: 'AuthPayload'; accessToken: string; refreshToken?: string | null; expiresIn: number; user: { id: string } } };
    await session.adopt(auth);
    await session.signOut(scope);
  } catch (error) {
    const code: ErrorCode | undefined = errorCode(error);
    // @ts-expect-error
    if (code == 'NONSENSE') return;
    if (code == ErrorCode.UNAVAILABLE && error instanceof LatchkeyError) return error.errors[0]?.extensions?.retryAfter;
  }
  return;
}
