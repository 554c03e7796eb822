import type { DocumentNode } from 'graphql';
import type { GraphQLError } from './errors.js';

/** An answer, as far as it matters here. */
export interface Result {
  data?: Record<string, unknown> | null;
  errors?: readonly GraphQLError[];
}

/** Whether the access token was refused. */
export const isRefused = (result: Result | undefined) =>
  !!result?.errors?.some?.((error) => error?.extensions?.code == 'UNAUTHENTICATED');

/**
 * Whether a mutation that was refused did nothing at all, so that it can be sent again: either the operation was refused as a whole, or
 * it has one field and that was refused itself. With several fields, one may have been executed before another was refused; and a
 * refusal below a field comes after the field did its work.
 */
export const nothingExecuted = ({ data, errors = [] }: Result, oneField: boolean) =>
  Object.values(data ?? {}).every((value) => value == null) &&
  errors.every((error) => error?.extensions?.code == 'UNAUTHENTICATED' && (error.path?.length ?? 0) <= +oneField);

/** Whether the operation of a parsed document has exactly one field, and not in a fragment. */
export function hasOneField({ definitions }: DocumentNode): boolean {
  const operation = definitions.find((definition) => definition.kind == 'OperationDefinition');
  const selections = operation?.selectionSet.selections;
  return selections?.length == 1 && selections[0]!.kind == 'Field';
}

/** Texts, comments, aliases and directives, fragments, words, and whatever else, a character at a time. */
const tokens = /"""(?:\\"""|[^])*?"""|"(?:\\.|[^"\\\n])*"|#.*|\w+\s*:|@\s*\w+|\.\.\.|\w+|[^]/g;

/** Whether the text of a document holds a mutation, and whether each of them has exactly one field, and not in a fragment. */
export function inspect(document: string): { mutation: boolean; oneField: boolean } {
  const found = { mutation: false, oneField: true };
  let [kind, fields, braces, parentheses] = ['', 0, 0, 0];
  for (const [token] of document.matchAll(tokens)) {
    if (token == '(') parentheses++;
    else if (token == ')') parentheses--;
    else if (parentheses) continue;
    else if (token == '{') braces++;
    else if (token == '}' && !--braces) {
      if (kind == 'mutation') {
        found.mutation = true;
        found.oneField &&= fields == 1;
      }
      [kind, fields] = ['', 0];
    } else if (/^\w+$/.test(token)) {
      if (!braces) kind ||= token;
      else if (braces == 1) fields++;
    } else if (token == '...' && braces == 1) fields = 2;
  }
  return found;
}
