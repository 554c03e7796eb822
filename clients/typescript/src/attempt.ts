import type { Session } from './types.js';

/** The access token for what the user of this moment asks: none if it is another one's by the time there is one. */
export async function tokenOf(session: Pick<Session, 'getAccessToken' | 'userId'>): Promise<string | null> {
  const { userId } = session;
  const token = await session.getAccessToken();
  return !userId || session.userId == userId ? token : null;
}

/**
 * Sends something with the access token and, if that is refused, once more with the next one; never for another user, who may have
 * signed in meanwhile.
 */
export async function attempt<R>(
  session: Pick<Session, 'getAccessToken' | 'replace' | 'userId'>,
  send: (token: string | null) => Promise<R>,
  isRefused: (answer: R) => boolean,
  mayReplay: (answer: R) => boolean | Promise<boolean>,
): Promise<R> {
  const token = await tokenOf(session);
  const { userId } = session;
  const answer = await send(token);
  if (!token || !isRefused(answer)) return answer;
  const next = await session.replace(token);
  return next && session.userId == userId && (await mayReplay(answer)) ? send(next) : answer;
}
