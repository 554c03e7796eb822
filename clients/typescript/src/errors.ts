import type { ErrorCode } from './schema.js';

/** An error as GraphQL answers have it. Latchkey's `extensions` are described in the schema's `ErrorCode`. */
export interface GraphQLError {
  message: string;
  path?: readonly (string | number)[];
  extensions?: {
    code?: ErrorCode | (string & {});
    /** The argument it is about, as in `input.email`. */
    field?: string;
    reason?: string;
    min?: number;
    max?: number;
    /** Seconds. */
    retryAfter?: number;
    requestId?: string;
  };
}

/** What Latchkey refused to do, with one or more errors. */
export class LatchkeyError extends Error {
  override name = 'LatchkeyError';
  constructor(readonly errors: readonly GraphQLError[]) {
    super(errors[0]?.message);
  }
}

/**
 * The first `extensions.code` in an error of this package, Apollo, urql, Relay, graphql-request, or in an answer or a single error of
 * GraphQL. Undefined if there is none: the server could not be reached, say.
 */
export function errorCode(error: unknown): ErrorCode | undefined {
  const e = error as Record<string, any> | null | undefined;
  if (!e || typeof e != 'object') return;
  // Apollo and this package; urql; Relay; graphql-request.
  const errors = e.errors ?? e.graphQLErrors ?? e.source?.errors ?? e.response?.errors;
  for (const error of Array.isArray(errors) ? errors : [e]) if (error?.extensions?.code) return error.extensions.code;
  return errorCode(e.networkError ?? e.cause);
}
