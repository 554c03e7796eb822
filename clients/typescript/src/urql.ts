import { type Exchange, makeErrorResult, makeOperation, type Operation, type OperationResult } from '@urql/core';
import { filter, fromPromise, fromValue, makeSubject, merge, mergeMap, pipe, share, takeUntil } from 'wonka';
import { tokenOf } from './attempt.js';
import { hasOneField, isRefused, nothingExecuted } from './replay.js';
import type { Session } from './session.js';

/** What an operation was sent with. */
interface Sent {
  token: string | null;
  userId: string | null;
  again: boolean;
}

/**
 * An exchange that sends operations with the session's access token, and once more with the next one if it is refused. Put it before the
 * fetchExchange. For Latchkey itself, where refresh tokens are in cookies, the client needs `fetchOptions: { credentials: 'include' }`: a password
 * change replaces the cookie.
 */
export const latchkeyExchange =
  (session: Session): Exchange =>
  ({ forward }) =>
  (operations$) => {
    const replays = makeSubject<Operation>();
    const failures = makeSubject<OperationResult>();
    const shared$ = pipe(operations$, share);
    const teardowns$ = pipe(shared$, filter(({ kind }) => kind == 'teardown'));

    async function withToken(operation: Operation) {
      try {
        const token = await tokenOf(session);
        const sent: Sent = { token, userId: session.userId, again: !!operation.context.latchkey };
        return makeOperation(operation.kind, operation, { ...operation.context, latchkey: sent, fetchOptions: authorized(operation, token) });
      } catch (error) {
        failures.next(makeErrorResult(operation, error as Error));
      }
    }

    /** Goes on to the caller, or is sent once more. */
    async function settle(result: OperationResult) {
      const { operation, error, data } = result;
      const { token, userId } = operation.context.latchkey as Sent;
      try {
        const next = await session.replace(token!);
        const errors = error!.graphQLErrors;
        const mayReplay = operation.kind != 'mutation' || !errors.length || nothingExecuted({ data, errors } as object, hasOneField(operation.query));
        if (!next || session.userId != userId || !mayReplay) return result;
        replays.next(operation);
      } catch (reason) {
        return makeErrorResult(operation, reason as Error);
      }
    }

    const sent$ = pipe(
      merge([pipe(shared$, filter(({ kind }) => kind != 'teardown')), replays.source]),
      mergeMap((operation) =>
        pipe(fromPromise(withToken(operation)), takeUntil(pipe(teardowns$, filter(({ key }) => key == operation.key)))),
      ),
      filter((operation) => !!operation),
    );
    const results$ = pipe(
      merge([sent$, teardowns$]),
      forward,
      mergeMap((result) => {
        const { token, again } = result.operation.context.latchkey as Sent;
        const refused = result.error?.response?.status == 401 || isRefused({ errors: result.error?.graphQLErrors } as object);
        return token && !again && refused ? fromPromise(settle(result)) : fromValue(result);
      }),
      filter((result) => !!result),
    );
    return merge([results$, failures.source]);
  };

function authorized({ context: { fetchOptions } }: Operation, token: string | null) {
  const options = typeof fetchOptions == 'function' ? fetchOptions() : fetchOptions;
  return token ? { ...options, headers: { ...options?.headers, Authorization: `Bearer ${token}` } } : options;
}
