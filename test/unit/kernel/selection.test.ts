import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type FieldTree, fieldTree, project, selectionOf, unknownFields } from '../../../src/kernel/selection.js';

const Person = z.object({ name: z.string(), role: z.string().nullable() });
const Story = z.object({
  title: z.string(),
  author: Person.nullable(),
  tags: z.array(z.string()).optional(),
  blocks: z.array(
    z.discriminatedUnion('type', [
      z.object({ type: z.literal('text'), text: z.string(), shared: z.object({ a: z.int() }) }),
      z.object({ type: z.literal('quote'), by: Person, shared: z.object({ b: z.int() }) }),
    ]),
  ),
});
const known = fieldTree(Story);

const person = fc.record({ name: fc.string(), role: fc.option(fc.string()) });
const block = fc.oneof(
  fc.record({ type: fc.constant('text'), text: fc.string(), shared: fc.record({ a: fc.integer() }) }),
  fc.record({ type: fc.constant('quote'), by: person, shared: fc.record({ b: fc.integer() }) }),
);
const story = fc.record(
  { title: fc.string(), author: fc.option(person), tags: fc.array(fc.string()), blocks: fc.array(block) },
  { requiredKeys: ['title', 'author', 'blocks'] },
);

/** Every name in a tree, parents before what is below them. */
function pathsOf(tree: FieldTree, at = ''): string[] {
  return [...tree].flatMap(([name, below]) => [`${at}${name}`, ...pathsOf(below, `${at}${name}.`)]);
}
const paths = pathsOf(known);
const names = fc.uniqueArray(fc.constantFrom(...paths), { minLength: 1 });

/** Every scalar of a value, with the name it goes by and its place. */
function leaves(value: unknown, name = '', place = ''): { name: string; place: string; value: unknown }[] {
  if (typeof value !== 'object' || value === null) return [{ name, place, value }];
  return Object.entries(value).flatMap(([key, member]) =>
    leaves(member, Array.isArray(value) ? name : `${name}${name && '.'}${key}`, `${place}/${key}`),
  );
}

const trim = (value: unknown, text: string) => project(value, selectionOf(text).tree);

describe('the names of a schema', () => {
  it('go through arrays, what may be null or missing, and every option of a union', () => {
    expect(paths).toEqual([
      'title',
      'author',
      'author.name',
      'author.role',
      'tags',
      'blocks',
      'blocks.type',
      'blocks.text',
      'blocks.shared',
      'blocks.shared.a',
      'blocks.shared.b',
      'blocks.by',
      'blocks.by.name',
      'blocks.by.role',
    ]);
  });

  it('are all that may be asked for', () => {
    for (const path of paths) expect(unknownFields(path, known)).toEqual([]);
  });

  it.each([
    ['titel', '"titel" is not known; allowed: title, author, tags, blocks'],
    ['', '"" is not known; allowed: title, author, tags, blocks'],
    [' title', '" title" is not known; allowed: title, author, tags, blocks'],
    ['author.nam', '"author.nam" is not known; allowed in author: name, role'],
    ['author.', '"author." is not known; allowed in author: name, role'],
    ['blocks.0.text', '"blocks.0.text" is not known; allowed in blocks: type, text, shared, by'],
    ['blocks.by.name.first', '"blocks.by.name.first" is not known; blocks.by.name has no fields of its own'],
  ])('leave out %j, and say what there is instead', (text, message) => {
    expect(unknownFields(text, known)).toEqual([message]);
  });

  it.each(['__proto__', 'constructor', 'toString', 'author.__proto__', 'tags.length', 'blocks.constructor.name'])(
    'are never those that every object has: %s',
    (text) => {
      expect(unknownFields(text, known)).toHaveLength(1);
    },
  );

  it('are told one complaint for each that is wrong, however often it is there', () => {
    expect(unknownFields('x,title,y,x,author.z', known)).toHaveLength(3);
  });
});

describe('the text of a selection', () => {
  it('is sorted, has each name once, and none that another holds', () => {
    expect(selectionOf('title,author.name,title,blocks.by.name,author').text).toBe('author,blocks.by.name,title');
  });

  it('does not take a name for the parent of one that begins alike', () => {
    expect(selectionOf('author,authority.name').text).toBe('author,authority.name');
  });

  it('is the same in any order, and selects the same again', () => {
    fc.assert(
      fc.property(names, (some) => {
        const { text, tree } = selectionOf(some.join(','));
        expect(selectionOf([...some].reverse().join(','))).toEqual({ text, tree });
        expect(selectionOf(text)).toEqual({ text, tree });
      }),
    );
  });
});

describe('what a selection leaves', () => {
  const value = {
    title: 'T',
    author: null,
    blocks: [
      { type: 'text', text: 'Words', shared: { a: 1 } },
      { type: 'quote', by: { name: 'N', role: null }, shared: { b: 2 } },
    ],
  };

  it('stands in the order of the value, whatever that of the names', () => {
    expect(JSON.stringify(trim(value, 'blocks.text,title'))).toBe('{"title":"T","blocks":[{"text":"Words"},{}]}');
  });

  it('has null where the value has it, even for what would be below', () => {
    expect(trim(value, 'author.name,blocks.by.role')).toEqual({ author: null, blocks: [{}, { by: { role: null } }] });
  });

  it('has a parent whole, whether or not something below is named as well', () => {
    expect(trim(value, 'blocks')).toEqual({ blocks: value.blocks });
    expect(trim(value, 'blocks.text,blocks')).toEqual({ blocks: value.blocks });
  });

  it('is of every item when the value is an array', () => {
    expect(trim([value, value], 'title')).toEqual([{ title: 'T' }, { title: 'T' }]);
  });

  it('is left as it is by the same selection', () => {
    fc.assert(
      fc.property(story, names, (whole, some) => {
        const once = trim(whole, some.join(','));
        expect(JSON.stringify(trim(once, some.join(',')))).toBe(JSON.stringify(once));
      }),
    );
  });

  it('has every leaf that was named, as it was and where it was, and no other', () => {
    fc.assert(
      fc.property(story, names, (whole, some) => {
        const isNamed = (name: string) => some.some((path) => name === path || name.startsWith(`${path}.`));
        // Null is a leaf under the name of an object that is not there; asking for what would be below tells so.
        const isTold = (leaf: { name: string; value: unknown }) =>
          isNamed(leaf.name) || (leaf.value === null && some.some((path) => path.startsWith(`${leaf.name}.`)));
        expect(leaves(trim(whole, some.join(',')))).toEqual(leaves(whole).filter(isTold));
      }),
    );
  });
});
