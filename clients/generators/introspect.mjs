import { buildClientSchema, getIntrospectionQuery, printSchema } from 'graphql';

/** What a server tells about its schema, in the language of schema.graphqls. */
export async function introspect(origin) {
  const query = getIntrospectionQuery({ specifiedByUrl: true, directiveIsRepeatable: true, inputValueDeprecation: true, oneOf: true });
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors[0].message);
  return printSchema(buildClientSchema(data));
}
