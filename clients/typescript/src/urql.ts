import { type Exchange, makeErrorResult, makeOperation, type Operation, type OperationResult } from '@urql/core';
import { filter, fromPromise, fromValue, makeSubject, merge, mergeMap, pipe, share, type Source, takeUntil, tap } from 'wonka';
import { tokenOf } from './attempt.js';
import { hasOneField, isRefused, nothingExecuted } from './replay.js';
import type { Session } from './types.js';

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
    const replayed = new WeakSet<Operation>();
    const ended = makeSubject<Operation>();
    const failures = makeSubject<OperationResult>();
    const shared$ = pipe(operations$, share);
    const teardowns$ = pipe(shared$, filter(({ kind }) => kind == 'teardown'));
    /** What a promise has for an operation, unless it is torn down by then. */
    const wait = <T>(operation: Operation, promise: Promise<T>) =>
      pipe(
        fromPromise(promise.catch((error) => makeErrorResult(operation, error))),
        takeUntil(pipe(teardowns$, filter(({ key }) => key == operation.key))),
      );

    async function withToken(operation: Operation) {
      const token = await tokenOf(session);
      const sent: Sent = { token, userId: session.userId, again: replayed.has(operation) };
      return makeOperation(operation.kind, operation, { ...operation.context, latchkey: sent, fetchOptions: authorized(operation, token) });
    }

    /** The result for the caller, or the operation to be sent once more. */
    async function settle(result: OperationResult) {
      const { operation, error, data } = result;
      const { token, userId } = operation.context.latchkey as Sent;
      const next = await session.replace(token!);
      const answer = { data, errors: error!.graphQLErrors } as object;
      const mayReplay = operation.kind != 'mutation' || !isRefused(answer) || nothingExecuted(answer, hasOneField(operation.query));
      if (!next || session.userId != userId || !mayReplay) return { ...result, hasNext: false };
      replayed.add(operation);
      return operation;
    }

    const sent$ = pipe(
      merge([pipe(shared$, filter(({ kind }) => kind != 'teardown')), replays.source]),
      mergeMap((operation) => wait(operation, withToken(operation))),
      tap((sent) => isOperation(sent) || failures.next(sent)),
      filter(isOperation),
    );
    const results$ = pipe(
      merge([sent$, teardowns$, ended.source]),
      forward,
      mergeMap((result): Source<Operation | OperationResult> => {
        const { operation, error } = result;
        const { token, again } = operation.context.latchkey as Sent;
        const refused = error?.response?.status == 401 || isRefused({ errors: error?.graphQLErrors } as object);
        if (!token || again || !refused) return fromValue(result);
        ended.next(makeOperation('teardown', operation)); // what is left of its answer
        return wait(operation, settle(result));
      }),
      tap((settled) => isOperation(settled) && replays.next(settled)),
      filter((settled): settled is OperationResult => !isOperation(settled)),
    );
    return merge([results$, failures.source]);
  };

const isOperation = (sent: Operation | OperationResult): sent is Operation => 'kind' in sent;

function authorized({ context: { fetchOptions } }: Operation, token: string | null) {
  const options = typeof fetchOptions == 'function' ? fetchOptions() : fetchOptions;
  return token ? { ...options, headers: { ...Object.fromEntries(new Headers(options?.headers)), authorization: `Bearer ${token}` } } : options;
}
