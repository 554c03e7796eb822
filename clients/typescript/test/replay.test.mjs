import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'graphql';
import { hasOneField, inspect, nothingExecuted } from '../dist/replay.js';

test('a document tells whether it is a mutation, and of one field', () => {
  const one = { mutation: true, oneField: true };
  const more = { mutation: true, oneField: false };
  const query = { mutation: false, oneField: true };
  for (const [document, want] of [
    ['{ me { id } }', query],
    ['query mutation { me }', query],
    ['query Q($a: String = "mutation { a b }") { me(a: $a) { id } other }', query],
    ['query { a } # mutation { a b }', query],
    ['query { a(text: """ mutation { a "b" \\""" } """) }', query],
    ['mutation { a }', one],
    ['mutation{a}', one],
    ['mutation M { a { b c d { e f } } }', one],
    ['mutation M($input: Input! = {a: {b: "}"}}) @d(a: {b: [1]}) { renamed: a(input: $input, more: {x: {y: "{"}}) @skip(if: false) { b c } }', one],
    ['# mutation { a b }\nmutation M { # one\n a(text: "# no \\" comment {") { b } }', one],
    ['fragment F on T { b c }\nmutation M { a { ...F } }', one],
    ['mutation M { a { ...F } }\nfragment F on T { b { c } d }', one],
    ['mutation { a b }', more],
    ['mutation { a, b }', more],
    ['mutation { a { x } b { y } }', more],
    ['mutation { a(x: {y: 1}) b }', more],
    ['mutation { x: a y: b }', more],
    ['mutation { ...F } fragment F on Mutation { a b }', more],
    ['mutation { ... on Mutation { a b } }', more],
    ['mutation { ... { a b } }', more],
    ['query { a } mutation { a b }', more],
    ['mutation {}', more],
  ]) {
    assert.deepEqual(inspect(document), want, document);
  }
});

test('so does one that is parsed', () => {
  for (const [document, want] of [
    ['mutation { x: a(b: 1) { c d } }', true],
    ['fragment F on T { b } mutation { a { ...F } }', true],
    ['mutation { a b }', false],
    ['mutation { ...F } fragment F on Mutation { a }', false],
    ['mutation { ... { a } }', false],
  ])
    assert.equal(hasOneField(parse(document)), want, document);
});

test('a refusal tells whether something was executed', () => {
  const refused = (path, code = 'UNAUTHENTICATED') => ({ path, extensions: { code } });
  for (const [result, oneField, want] of [
    // Before it began.
    [{ errors: [refused()] }, true, true],
    [{ errors: [refused()] }, false, true],
    [{ errors: [refused()], data: null }, false, true],
    // The only field.
    [{ errors: [refused(['a'])], data: null }, true, true],
    [{ errors: [refused(['a'])], data: { a: null } }, true, true],
    // One of several.
    [{ errors: [refused(['b'])], data: null }, false, false],
    [{ errors: [refused(['a']), refused(['b'])], data: { a: null, b: null } }, false, false],
    [{ errors: [refused()], data: { a: { b: 1 } } }, true, false],
    // Below a field that did its work.
    [{ errors: [refused(['a', 'b'])], data: null }, true, false],
    [{ errors: [refused(['a', 'b'])], data: { a: { b: null } } }, true, false],
    [{ errors: [refused(['a', 0])], data: { a: [null] } }, true, false],
    // Another error beside it.
    [{ errors: [refused(), refused(undefined, 'INTERNAL')] }, true, false],
    [{ errors: [refused(), null] }, true, false],
    [{ errors: [refused(['a'], 'UNAVAILABLE'), refused(['a'])], data: null }, true, false],
  ])
    assert.equal(nothingExecuted(result, oneField), want, JSON.stringify([result, oneField]));
});
