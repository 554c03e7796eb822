import { ApolloLink } from '@apollo/client';
import { ServerError } from '@apollo/client/errors';
import { catchError, concatMap, defer, map, of, switchMap } from 'rxjs';
import { tokenOf } from './attempt.js';
import { hasOneField, isRefused, nothingExecuted, type Result } from './replay.js';
import type { Session } from './types.js';

/** Ends an answer that was refused, and with it its request, in favour of another with this token. */
class Replay {
  constructor(readonly token: string) {}
}

/**
 * A link that sends operations with the session's access token, and once more with the next one if it is refused. Put it before the HttpLink. The
 * HttpLink to Latchkey itself needs `credentials: 'include'` where refresh tokens are in cookies: a password change replaces the cookie.
 */
export function latchkeyLink(session: Session): ApolloLink {
  return new ApolloLink((operation, forward) => {
    const send = (token: string) => {
      operation.setContext(({ headers }: { headers?: object }) => ({ headers: { ...headers, authorization: `Bearer ${token}` } }));
      return forward(operation);
    };
    const refused = (result: Result) => isRefused(result) || operation.getContext().response?.status == 401;
    const executed = (result: Result) =>
      operation.operationType == 'mutation' && isRefused(result) && !nothingExecuted(result, hasOneField(operation.query));

    return defer(() => tokenOf(session)).pipe(
      switchMap((token) => {
        if (!token) return forward(operation);
        const { userId } = session;
        const replayUnless = (executed: boolean) =>
          defer(() => session.replace(token)).pipe(
            map((next) => {
              if (next && !executed && session.userId == userId) throw new Replay(next);
            }),
          );
        return send(token).pipe(
          concatMap((result) => (refused(result) ? replayUnless(executed(result)).pipe(map(() => result)) : of(result))),
          catchError((error) => (isUnauthorized(error) ? replayUnless(false).pipe(map(() => fail(error))) : fail(error))),
          catchError((error) => (error instanceof Replay ? send(error.token) : fail(error))),
        );
      }),
    );
  });
}

const isUnauthorized = (error: unknown) => ServerError.is(error) && error.statusCode == 401;

function fail(error: unknown): never {
  throw error;
}
