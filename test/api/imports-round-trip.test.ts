// What is delivered comes back, into the system that it is of and into an empty one.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockKinds } from '../../src/blocks/index.js';
import { seedFiles, seedStories } from '../../src/seeding.js';
import { startApp, type TestApp } from '../support/app.js';
import { plainBlocks, story as randomStory } from '../support/arbitraries.js';
import {
  deliveredAs,
  fieldsOf,
  importStory,
  type Members,
  publishedImport,
  readStory,
  sectionsOf,
} from '../support/imported.js';
import { rounds } from '../support/rounds.js';
import { liveStory, minskStory, shortStory } from '../support/stories.js';

let app: TestApp;
let empty: Record<'markdown' | 'ninjs', TestApp>;
beforeAll(async () => {
  app = await startApp();
  empty = { markdown: await startApp(), ninjs: await startApp() };
  await seedStories(app.services, await seedFiles());
});
afterAll(async () => {
  await app.close();
  await empty.markdown.close();
  await empty.ninjs.close();
});

const systems = ['the same system', 'an empty system'] as const;
const formats = ['markdown', 'ninjs'] as const;
const of = (system: (typeof systems)[number], format: (typeof formats)[number]) =>
  system === 'the same system' ? app : empty[format];
const cases = formats.flatMap((format) => systems.map((system) => [format, system] as const));
/** What each format tells of resources is listed by what it does not tell. */
const untold = {
  markdown: [],
  ninjs: ['alt', 'caption', 'sourceUrl', 'decorative', 'thumbnail', 'transcript', 'aspectRatio', 'captionsUrl'].map(
    (name) => `resource.${name}`,
  ),
};

describe('the example story', () => {
  it.each(cases)('comes back from %s into %s: text, headings, pictures, quotes, embeds', async (format, system) => {
    const { slug } = minskStory();
    const before = await readStory(app, slug);
    const target = of(system, format);
    const imported = await importStory(target, await deliveredAs(app, slug, format as 'markdown'));
    const after = await publishedImport(target, imported);
    expect(sectionsOf(after, untold[format])).toEqual(sectionsOf(before, untold[format]));
    const told = format === 'markdown' ? fieldsOf(before) : ninjsFieldsOf(before);
    expect(fieldsOf(after)).toMatchObject(told);
    const isSame = system === 'the same system';
    expect(new Set(imported.resources.map(({ outcome }) => outcome))).toEqual(
      new Set([isSame ? 'matched' : 'created']),
    );
    const losses = imported.notCarried.map(({ code }) => code);
    expect(new Set(losses)).toEqual(new Set(isSame ? ['slug'] : ['picture_file']));
    if (isSame) expect(imported.data.slug).not.toBe(slug);
  });

  /** ninjs has one line for who wrote it, and no day in the dateline. */
  function ninjsFieldsOf(story: Members): Members {
    const { bylines, dateline, ...fields } = fieldsOf(story) as { bylines: Members[]; dateline: Members };
    return {
      ...fields,
      bylines: bylines.map(({ name, role }) => ({ name, role })),
      dateline: { place: dateline.place },
    };
  }
});

describe('every kind of block', () => {
  const kinds = blockKinds.map(({ type }) => type);

  it.each(cases)('comes back from %s into %s', async (format, system) => {
    expect([...Object.keys(plainBlocks), 'aside'].sort()).toEqual([...kinds].sort());
    const seed = 11;
    const blocks = Object.entries(plainBlocks).flatMap(([type, block]) =>
      fc
        .sample(block, { numRuns: format === 'markdown' ? 4 : 1, seed })
        .map((fields) => ({ type, ...plainly(fields) })),
    );
    const aside = { type: 'aside', title: 'Beside', blocks };
    const { id } = await liveStory(
      app,
      shortStory({
        headline: `All in ${format}, ${system}`,
        sections: [{ blocks }, { heading: 'Box', blocks: [aside] }],
      }),
    );
    const before = await readStory(app, id);
    const target = of(system, format);
    const imported = await importStory(target, await deliveredAs(app, id, format as 'markdown'));
    const after = await publishedImport(target, imported);
    expect(sectionsOf(after, untold[format])).toEqual(sectionsOf(before, untold[format]));
  });

  /** Words as they are typed: HTML makes one space of many, which is told elsewhere. */
  function plainly(part: unknown): object {
    return JSON.parse(JSON.stringify(part));
  }
});

describe('a table whose cells begin or end with spaces', () => {
  it('comes back from Markdown as it was', async () => {
    const link = { type: 'link', href: 'https://copydesk.example/' };
    const cells = [
      { text: ' before', spans: [] },
      { text: 'behind ', spans: [] },
      { text: 'behind a span ', spans: [{ ...link, start: 0, end: 13 }] },
      { text: 'within it ', spans: [{ type: 'strong', start: 0, end: 10 }] },
    ];
    const sections = [{ blocks: [{ type: 'table', rows: [cells, cells] }] }];
    const { id } = await liveStory(app, shortStory({ headline: 'Spaces', sections }));
    const imported = await importStory(empty.markdown, await deliveredAs(app, id, 'markdown'));
    const after = await publishedImport(empty.markdown, imported);
    expect(sectionsOf(after)).toEqual(sectionsOf(await readStory(app, id)));
  });
});

describe('any story', () => {
  it('comes back from Markdown as it was, but for what is told not to be carried', async () => {
    await fc.assert(
      fc.asyncProperty(randomStory, async (draft) => {
        const { id } = await liveStory(app, draft);
        const before = await readStory(app, id);
        const markdown = await deliveredAs(app, id, 'markdown');
        const imported = await importStory(empty.markdown, markdown);
        const after = await publishedImport(empty.markdown, imported);
        expect(imported.notCarried).toEqual([]);
        expect(sectionsOf(after)).toEqual(sectionsOf(before));
        expect(fieldsOf(after)).toEqual(fieldsOf(before));
      }),
      { numRuns: rounds({ quick: 25, short: 100, long: 1000 }), endOnFailure: true },
    );
  });
});
