import { isDeepStrictEqual } from 'node:util';
import { findBreakingChanges, isInputObjectType, isInterfaceType, isObjectType, print } from 'graphql';

/**
 * What an operation that was right for the released schema could stumble over now, in words. Additions are none of it: clients have to
 * expect new fields, optional arguments and values of enums, and graphql-js calls those dangerous at most. What it calls so beside,
 * another default, changes what operations mean that do not set it, and counts here.
 */
export function breakingChanges(released, now) {
  const before = new Map(members(released));
  return [
    ...findBreakingChanges(released, now).map(({ description }) => description),
    ...[...members(now)].filter(([name]) => before.has(name)).flatMap(([name, after]) => changes(name, before.get(name), after)),
  ];
}

// graphql-js compares neither the defaults of input fields nor the directives that refuse a field to someone.
function changes(name, before, after) {
  return [
    ...(isDeepStrictEqual(before.defaultValue, after.defaultValue) ? [] : [`${name} has another default.`]),
    ...after.directives.filter((directive) => !before.directives.includes(directive)).map((directive) => `${name} is ${directive} now.`),
  ];
}

/** Every field and argument of a schema, with its name. */
function* members(schema) {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const name = `${type}.${field.name}`;
      yield [name, member(field)];
      for (const argument of field.args ?? []) yield [`${name}(${argument.name}:)`, member(argument)];
    }
  }
}

function member({ defaultValue, astNode }) {
  return { defaultValue, directives: (astNode?.directives ?? []).map(print).filter((directive) => !directive.startsWith('@deprecated')) };
}
