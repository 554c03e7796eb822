import { ApolloLink } from '@apollo/client';
import { ServerError } from '@apollo/client/errors';
import { catchError, concatMap, defer, from, of, switchMap, throwError } from 'rxjs';
import { tokenOf } from './attempt.js';
import { hasOneField, isRefused, nothingExecuted, type Result } from './replay.js';
import type { Session } from './session.js';

/**
 * A link that sends operations with the session's access token, and once more with the next one if it is refused. Put it before the HttpLink. The
 * HttpLink to Latchkey itself needs `credentials: 'include'` where refresh tokens are in cookies: a password change replaces the cookie.
 */
export function latchkeyLink(session: Session): ApolloLink {
  return new ApolloLink((operation, forward) => {
    const send = (token: string | null) => {
      if (token) operation.setContext(({ headers }: { headers?: object }) => ({ headers: { ...headers, authorization: `Bearer ${token}` } }));
      return forward(operation);
    };
    const mayReplay = (result: Result) =>
      operation.operationType != 'mutation' || nothingExecuted(result, hasOneField(operation.query));

    return from(tokenOf(session)).pipe(
      switchMap((token) => {
        const { userId } = session;
        const again = (mayReplay: boolean, instead: ReturnType<typeof forward>) =>
          from(session.replace(token!)).pipe(switchMap((next) => (next && mayReplay && session.userId == userId ? send(next) : instead)));
        return send(token).pipe(
          concatMap((result) => {
            if (!token || !isRefused(result as Result)) return of(result);
            return again(mayReplay(result as Result), of(result));
          }),
          catchError((error) => (token && ServerError.is(error) && error.statusCode == 401 ? again(true, throwError(() => error)) : throwError(() => error))),
        );
      }),
    );
  });
}
