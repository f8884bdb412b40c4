import { describe, expect, it } from 'vitest';
import { deck } from '../../../src/publishing/preflight/rules/deck.js';
import { embargo } from '../../../src/publishing/preflight/rules/embargo.js';
import { emptySection } from '../../../src/publishing/preflight/rules/empty-section.js';
import { headingLevels } from '../../../src/publishing/preflight/rules/heading-levels.js';
import { headline } from '../../../src/publishing/preflight/rules/headline.js';
import { leadImage } from '../../../src/publishing/preflight/rules/lead-image.js';
import { longHeadline } from '../../../src/publishing/preflight/rules/long-headline.js';
import { references } from '../../../src/publishing/preflight/rules/references.js';
import { repeatedImage } from '../../../src/publishing/preflight/rules/repeated-image.js';
import { slug } from '../../../src/publishing/preflight/rules/slug.js';
import { tags } from '../../../src/publishing/preflight/rules/tags.js';
import { placesFound, soundStory } from '../../support/candidates.js';
import { image, quote } from '../../support/stories.js';

const imageId = '01852a5c-1c40-7b3e-9a51-4d2f8e6c0b17';
const paragraph = { type: 'paragraph', text: 'Words.' };
const heading = (level: number) => ({ type: 'heading', level, text: `Level ${level}` });
const aside = (...blocks: object[]) => ({ type: 'aside', blocks });

describe('the rules about a story’s own fields', () => {
  it('find no headline, deck or tags where there are none', () => {
    expect(placesFound(headline, soundStory({ headline: null }))).toEqual(['/headline']);
    expect(placesFound(deck, soundStory({ deck: null }))).toEqual(['/deck']);
    expect(placesFound(deck, soundStory({ deck: ' \n' }))).toEqual(['/deck']);
    expect(placesFound(tags, soundStory({ tags: [] }))).toEqual(['/tags']);
    for (const rule of [headline, deck, tags]) expect(placesFound(rule, soundStory())).toEqual([]);
  });

  it('count the characters of a headline as readers do', () => {
    const of = (text: string) => placesFound(longHeadline, soundStory({ headline: text }));
    expect(of('x'.repeat(110))).toEqual([]);
    expect(of('x'.repeat(111))).toEqual(['/headline']);
    // Two code points or more each, and one character.
    expect(of('e\u0301'.repeat(110))).toEqual([]);
    expect(of('👩‍🚀'.repeat(40))).toEqual([]);
  });

  it('find a slug that is another’s', () => {
    expect(placesFound(slug, soundStory(), { slugOwner: imageId })).toEqual(['/slug']);
    expect(placesFound(slug, soundStory())).toEqual([]);
  });

  it('find articles that are not there', () => {
    const story = soundStory({ related: [imageId, '01852a5c-0000-7000-8000-00000000dead'], translationOf: imageId });
    expect(placesFound(references, story)).toEqual(['/translationOf', '/related/0', '/related/1']);
    expect(placesFound(references, story, { articles: new Set([imageId]) })).toEqual(['/related/1']);
  });
});

describe('the rule about embargoes', () => {
  const until = '2026-01-15T09:00:00.000Z';
  const at = (instant: string) =>
    placesFound(embargo, soundStory(), { embargo: { until, reason: 'Agreed.' }, at: instant });

  it('finds one that is in force, to the millisecond', () => {
    expect(at('2026-01-15T08:59:59.999Z')).toEqual(['/publication/embargoedUntil']);
    expect(at(until)).toEqual([]);
    expect(at('2026-01-15T09:00:00.001Z')).toEqual([]);
  });
});

describe('the rule about empty sections', () => {
  it.each([
    ['no blocks', { heading: 'Part', blocks: [] }],
    ['no blocks, and no heading', { blocks: [] }],
    ['headings and dividers alone', { blocks: [heading(2), { type: 'divider' }] }],
    [
      'blank text',
      {
        blocks: [
          { type: 'paragraph', text: ' \n' },
          { type: 'list', items: [{ text: ' ' }] },
        ],
      },
    ],
    ['a table of empty cells', { blocks: [{ type: 'table', rows: [[{ text: '' }, { text: '' }]] }] }],
    [
      'an aside with nothing in it but its title',
      { blocks: [{ ...aside({ type: 'divider' }, heading(2)), title: 'A' }] },
    ],
  ])('finds one with %s', (_what, section) => {
    const sections = [{ blocks: [paragraph] }, section, { blocks: [paragraph] }];
    expect(placesFound(emptySection, soundStory({ sections }))).toEqual(['/sections/1']);
  });

  it.each([
    ['a word', paragraph],
    ['a picture', { type: 'image', image }],
    ['a gallery', { type: 'gallery', images: [{ image }] }],
    ['a pull quote', { type: 'quote', quote, display: 'pull' }],
    ['a list with words only in its depth', { type: 'list', items: [{ text: ' ', items: [{ text: 'Deep.' }] }] }],
    ['a picture in an aside', aside({ type: 'divider' }, { type: 'image', image })],
  ])('lets one be that has %s', (_what, block) => {
    expect(placesFound(emptySection, soundStory({ sections: [{ blocks: [block] }] }))).toEqual([]);
  });

  it('lets a story without sections be', () => {
    expect(placesFound(emptySection, soundStory({ sections: [] }))).toEqual([]);
  });
});

describe('the rule about heading levels', () => {
  const skips = (...blocks: object[]) => placesFound(headingLevels, soundStory({}, ...blocks));

  it('lets levels go down by one and up by any', () => {
    expect(skips(heading(2), heading(3), heading(4), heading(2), heading(3), heading(3))).toEqual([]);
  });

  it('finds each that skips one, and goes on from there', () => {
    expect(skips(heading(3), heading(4), heading(2), heading(4))).toEqual([
      '/sections/1/blocks/0/level',
      '/sections/1/blocks/3/level',
    ]);
  });

  it('begins anew in every section', () => {
    const sections = [{ blocks: [heading(2), heading(3), paragraph] }, { blocks: [heading(3), paragraph] }];
    expect(placesFound(headingLevels, soundStory({ sections }))).toEqual(['/sections/1/blocks/0/level']);
  });

  it('goes on into an aside, and not out of it', () => {
    expect(skips(heading(2), aside(heading(3), heading(4)), heading(4))).toEqual(['/sections/1/blocks/2/level']);
    expect(skips(aside(heading(3)))).toEqual(['/sections/1/blocks/0/blocks/0/level']);
  });
});

describe('the rules about pictures', () => {
  it('find that there is none for lists', () => {
    const without = (...blocks: object[]) => placesFound(leadImage, soundStory({ sections: [{ blocks }] }));
    expect(without(paragraph)).toEqual(['/leadImageId']);
    expect(without({ type: 'gallery', images: [{ image }] })).toEqual(['/leadImageId']);
    expect(without({ type: 'image', image })).toEqual([]);
    expect(without(aside({ type: 'image', image }))).toEqual([]);
    expect(placesFound(leadImage, soundStory({ leadImageId: imageId, sections: [{ blocks: [paragraph] }] }))).toEqual(
      [],
    );
  });

  it('find one that stands in the body again, at each place but the first', () => {
    const own = { type: 'image', image: { ...image, id: imageId } };
    const again = { imageId };
    const story = soundStory(
      { leadImageId: imageId },
      own,
      { type: 'gallery', images: [{ image }, again] },
      aside({ type: 'image', ...again }),
    );
    expect(placesFound(repeatedImage, story)).toEqual([
      '/sections/1/blocks/1/images/1/imageId',
      '/sections/1/blocks/2/blocks/0/imageId',
    ]);
  });

  it('let a picture be that leads the story or stands for a video as well', () => {
    const embed = { kind: 'video', provider: 'Host', title: 'Title', thumbnailImageId: imageId };
    const own = { type: 'image', image: { ...image, id: imageId } };
    expect(placesFound(repeatedImage, soundStory({ leadImageId: imageId }, own, { type: 'embed', embed }))).toEqual([]);
  });
});
