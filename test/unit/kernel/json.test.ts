import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedPointers, jsonDepth, jsonEqual, jsonExtent, mergePatch } from '../../../src/kernel/json.js';
import { jsonPointer } from '../../../src/kernel/json-pointer.js';

describe('merge patch', () => {
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('follows the table of RFC 7396: %j with %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result);
  });

  it('changes neither argument', () => {
    const target = { a: { b: 1 } };
    mergePatch(target, { a: { b: 2 } });
    expect(target).toEqual({ a: { b: 1 } });
  });
});

describe('changed pointers', () => {
  it('name what differs, as deep as shapes agree', () => {
    const before = { a: 1, b: [{ c: 1 }, { c: 2 }], d: [1], 'e/f~g': 1, h: { i: null } };
    const after = { a: 1, b: [{ c: 1 }, { c: 3 }], d: [1, 2], 'e/f~g': 2, h: { i: { j: 1 } } };
    expect(changedPointers(before, after)).toEqual(['/b/1/c', '/d', '/e~1f~0g', '/h/i']);
  });

  it('are none exactly when the values are equal', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(changedPointers(a, structuredClone(a))).toEqual([]);
        expect(changedPointers(a, b).length === 0).toBe(jsonEqual(a, b));
      }),
    );
  });
});

describe('JSON depth', () => {
  it('counts arrays and objects, and nothing within strings', () => {
    expect([jsonDepth('1'), jsonDepth('{"a":[{}]}'), jsonDepth('"[[[["'), jsonDepth('["\\"[[", [1]]')]).toEqual([
      0, 3, 0, 2,
    ]);
  });

  it('is that of the value, whatever its strings hold', () => {
    const depth = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0;
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(jsonDepth(JSON.stringify(value))).toBe(depth(value));
      }),
    );
  });
});

describe('the items of JSON', () => {
  it('are at least those of all arrays, and at most one more for each, whatever the strings hold', () => {
    const arraysIn = (value: unknown): unknown[][] =>
      typeof value === 'object' && value !== null
        ? [...(Array.isArray(value) ? [value] : []), ...Object.values(value).flatMap(arraysIn)]
        : [];
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const arrays = arraysIn(value);
        const empty = arrays.filter(({ length }) => length === 0).length;
        expect(jsonExtent(JSON.stringify(value)).items).toBe(arrays.flat().length + empty);
      }),
    );
  });
});

describe('JSON pointer', () => {
  it('escapes as RFC 6901 has it', () => {
    expect(jsonPointer(['a/b', 'm~n', 0, ''])).toBe('/a~1b/m~0n/0/');
    expect(jsonPointer([])).toBe('');
  });
});
