// Writes src/schema.ts: what the package knows of the schema. Generators of clients drop an enum that no field reaches, so this package
// carries the error codes for all of them.
import { readFile, writeFile } from 'node:fs/promises';
import { buildSchema, isListType, isNonNullType } from 'graphql';

process.chdir(import.meta.dirname);
const schema = buildSchema(await readFile('../../schema.graphqls', 'utf8'));
const scalars = { ID: 'string', String: 'string', Boolean: 'boolean', Int: 'number', DateTime: 'string' };

const comment = (text, indent = '') =>
  text.includes('\n') ? `${indent}/**\n${text.replace(/^/gm, `${indent} * `)}\n${indent} */\n` : `${indent}/** ${text} */\n`;

function typeOf(type) {
  if (isNonNullType(type)) return typeOf(type.ofType);
  if (isListType(type)) return `${typeOf(type.ofType)}[]`;
  return scalars[type.name] ?? type.name;
}

function enumeration(name) {
  const type = schema.getType(name);
  return (
    `${comment(type.description)}export type ${name} = (typeof ${name})[keyof typeof ${name}];\n` +
    `export const ${name} = {\n${type.getValues().map((v) => comment(v.description, '  ') + `  ${v.name}: '${v.name}',\n`).join('')}} as const;\n`
  );
}

/** An input without what createSession decides. */
function input(name, without) {
  const type = schema.getType(name);
  const fields = Object.values(type.getFields()).filter((field) => field.name !== without);
  const lines = fields.map((field) => {
    const required = isNonNullType(field.type);
    return `${comment(field.description, '  ')}  ${field.name}${required ? '' : '?'}: ${typeOf(field.type)}${required ? '' : ' | null'};\n`;
  });
  return `${comment(type.description)}export interface ${name} {\n${lines.join('')}}\n`;
}

const literals = (name) => {
  const type = schema.getType(name);
  return `${comment(type.description)}export type ${name} = ${type.getValues().map((v) => `'${v.name}'`).join(' | ')};\n`;
};

await writeFile(
  'src/schema.ts',
  ['// Generated from schema.graphqls by generate.mjs. DO NOT EDIT.\n', enumeration('ErrorCode'), literals('LogoutScope'),
    literals('TokenDelivery'), input('SignupInput', 'delivery'), input('LoginInput', 'delivery')].join('\n'),
);
