import { describe, expect, it } from 'vitest';
import type { Rule } from '../../../src/publishing/preflight/rule.js';
import { imageAlt } from '../../../src/publishing/preflight/rules/image-alt.js';
import { imageCredit } from '../../../src/publishing/preflight/rules/image-credit.js';
import { links } from '../../../src/publishing/preflight/rules/links.js';
import { quoteSpeaker } from '../../../src/publishing/preflight/rules/quote-speaker.js';
import { references } from '../../../src/publishing/preflight/rules/references.js';
import { transcript } from '../../../src/publishing/preflight/rules/transcript.js';
import { videoDuration } from '../../../src/publishing/preflight/rules/video-duration.js';
import { videoUrl } from '../../../src/publishing/preflight/rules/video-url.js';
import { placesFound, soundStory } from '../../support/candidates.js';
import { embed, image, quote } from '../../support/stories.js';

const unknownId = '01852a5c-0000-7000-8000-00000000dead';
const at = '/sections/1/blocks';
const found = (rule: Rule, ...blocks: object[]) => placesFound(rule, soundStory({}, ...blocks));
const media = (facts: object) => ({ type: 'embed', embed: { ...embed, ...facts } });

describe('the rules about images', () => {
  it('find one that has no alt text where it stands, unless it is decorative', () => {
    const blocks = [
      { type: 'image', image: { ...image, alt: null } },
      { type: 'image', image: { ...image, alt: null }, alt: 'Told here.' },
      { type: 'image', image, alt: ' ' },
      { type: 'image', image: { ...image, alt: '', decorative: true } },
      { type: 'image', image },
    ];
    expect(found(imageAlt, ...blocks)).toEqual([`${at}/0/imageId /alt`, `${at}/2/imageId /alt`]);
  });

  it('find one that credits nobody', () => {
    const blocks = [{ type: 'gallery', images: [{ image }, { image: { alt: 'Seen.' } }] }];
    expect(found(imageCredit, { type: 'aside', blocks })).toEqual([`${at}/0/blocks/0/images/1/imageId /creditLine`]);
  });
});

describe('the rule about speakers', () => {
  it('finds a quote that names none, as a block and in the text', () => {
    const bare = { text: 'Words', language: 'en' };
    const spans = [{ start: 0, end: 5, type: 'quote', quote: bare }];
    const blocks = [
      { type: 'quote', quote: bare },
      { type: 'quote', quote },
      { type: 'paragraph', text: 'Words.', spans },
    ];
    expect(found(quoteSpeaker, ...blocks)).toEqual([`${at}/0/quoteId /speaker`, `${at}/2/spans/0/quoteId /speaker`]);
  });
});

describe('the rules about media', () => {
  it('find a video without url or duration, and no other media', () => {
    const bare = { url: null, duration: null };
    expect(found(videoUrl, media(bare), media({}))).toEqual([`${at}/0/embedId /url`]);
    expect(found(videoDuration, media(bare), media({ duration: 'PT0S' }), media({}))).toEqual([
      `${at}/0/embedId /duration`,
      `${at}/1/embedId /duration`,
    ]);
    for (const kind of ['audio', 'social', 'interactive', 'document']) {
      for (const rule of [videoUrl, videoDuration]) expect(found(rule, media({ ...bare, kind }))).toEqual([]);
    }
  });

  it('find video and audio that cannot be read as well', () => {
    const blocks = [
      media({}),
      media({ kind: 'audio', transcript: ' ' }),
      media({ transcript: 'He says: no.' }),
      media({ captionsUrl: 'https://video.example/1.vtt' }),
      media({ kind: 'social' }),
    ];
    expect(found(transcript, ...blocks)).toEqual([`${at}/0/embedId /transcript`, `${at}/1/embedId /transcript`]);
  });
});

describe('the rule about references', () => {
  it('finds each place that points at what is not there, thumbnails too', () => {
    const blocks = [
      { type: 'image', imageId: unknownId },
      { type: 'quote', quoteId: unknownId },
      { type: 'paragraph', text: 'Words.', spans: [{ start: 0, end: 5, type: 'quote', quoteId: unknownId }] },
      { type: 'aside', blocks: [{ type: 'embed', embedId: unknownId }] },
      media({ thumbnailImageId: unknownId }),
    ];
    const story = soundStory({ leadImageId: unknownId }, ...blocks);
    expect(placesFound(references, story).map((place) => place.trim())).toEqual([
      '/leadImageId',
      `${at}/0/imageId`,
      `${at}/1/quoteId`,
      `${at}/2/spans/0/quoteId`,
      `${at}/3/blocks/0/embedId`,
      `${at}/4/embedId`,
    ]);
  });
});

describe('the rule about links', () => {
  const bad = 'http://localhost/';
  const linked = { text: 'Here.', spans: [{ start: 0, end: 4, type: 'link', href: bad }] };

  it('looks at the text wherever it stands, and at bylines', () => {
    const blocks = [
      { type: 'paragraph', ...linked },
      { type: 'list', items: [{ text: 'One', items: [{ text: 'Two', items: [linked] }] }] },
      { type: 'table', rows: [[{ text: '' }, linked]] },
      { type: 'aside', blocks: [{ type: 'paragraph', ...linked }] },
    ];
    const story = soundStory({ bylines: [{ name: 'Jane' }, { name: 'Joe', url: bad }] }, ...blocks);
    expect(placesFound(links, story)).toEqual([
      '/bylines/1/url',
      `${at}/0/spans/0/href`,
      `${at}/1/items/0/items/0/items/0/spans/0/href`,
      `${at}/2/rows/0/1/spans/0/href`,
      `${at}/3/blocks/0/spans/0/href`,
    ]);
  });

  it('looks at every address of a resource', () => {
    const blocks = [
      { type: 'image', image: { ...image, sourceUrl: bad } },
      { type: 'quote', quote: { ...quote, sourceUrl: bad } },
      media({ url: bad, embedUrl: bad, captionsUrl: bad }),
    ];
    expect(found(links, ...blocks)).toEqual([
      `${at}/0/imageId /sourceUrl`,
      `${at}/1/quoteId /sourceUrl`,
      `${at}/2/embedId /url`,
      `${at}/2/embedId /embedUrl`,
      `${at}/2/embedId /captionsUrl`,
    ]);
  });

  it('lets be what leads somewhere, and what leads nowhere at all', () => {
    const sound = { text: 'Here.', spans: [{ start: 0, end: 4, type: 'link', href: 'https://copydesk.example/' }] };
    const story = soundStory(
      { bylines: [{ name: 'Jane', url: 'https://copydesk.example/about' }] },
      { type: 'paragraph', ...sound },
    );
    expect(placesFound(links, story)).toEqual([]);
  });
});
