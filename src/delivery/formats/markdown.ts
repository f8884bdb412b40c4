// CommonMark, with GitHub's tables where a story has one. What it cannot say stands in comments, so that a story can come back.
import type { Heading, Html, Paragraph, Root } from 'mdast';
import { gfmTableToMarkdown } from 'mdast-util-gfm-table';
import { toMarkdown, type Unsafe } from 'mdast-util-to-markdown';
import { markdownOfBlock } from '../../blocks/index.js';
import { mark } from '../../blocks/marks.js';
import type { Article } from '../../blocks/story.js';
import { bylineOf, type Format, withWholeAddresses } from './format.js';
import { markdownNotes } from './notes.js';

/** Spaces at the ends of a cell, which are taken for its padding unless they are escaped. */
const spacesOfCells: Unsafe[] = [
  { character: ' ', before: '[|]', inConstruct: 'tableCell' },
  { character: ' ', after: '[|]', inConstruct: 'tableCell' },
];

const paragraph = (value: string): Paragraph => ({ type: 'paragraph', children: [{ type: 'text', value }] });
const heading = (depth: 1 | 2, value: string): Heading => ({
  type: 'heading',
  depth,
  children: [{ type: 'text', value }],
});

/** What only the first of the marks tells: whose Markdown it is, and how many of the first paragraphs are the deck. */
function storyMark(story: Article, byline: string): Html {
  const { id, slug, language, kicker, shortHeadline, summary, seo, bylines, sources, dateline, deck } = story;
  return mark('story', {
    id,
    ...{ slug, language, kicker, shortHeadline, summary, seo, bylines, sources, dateline },
    desk: story.desk.key,
    tags: story.tags.map(({ key }) => key),
    leadImageId: story.leadImage?.id ?? null,
    deckParagraphs: deck === null ? 0 : deck.split('\n').filter((line) => line !== '').length,
    hasByline: byline !== '',
  });
}

export const markdown: Format = {
  name: 'markdown',
  mediaType: 'text/markdown',
  contentType: 'text/markdown; charset=utf-8; variant=CommonMark',
  description: 'Markdown (CommonMark, RFC 7763).',
  version: 4,
  render(told, site) {
    const story = withWholeAddresses(told, site);
    const { headline, deck, sections } = story;
    const byline = bylineOf(story);
    const notes = markdownNotes(story);
    const tree: Root = {
      type: 'root',
      children: [
        heading(1, headline),
        storyMark(story, byline),
        ...(deck === null ? [] : deck.split('\n').map(paragraph)),
        ...(byline === '' ? [] : [paragraph(byline)]),
        ...notes.before,
        ...sections.flatMap((section) => [
          section.heading === null ? mark('section', {}) : heading(2, section.heading),
          ...section.blocks.flatMap(markdownOfBlock),
        ]),
        ...notes.after,
      ],
    };
    return toMarkdown(tree, {
      extensions: [gfmTableToMarkdown(), { unsafe: spacesOfCells }],
      bullet: '-',
      rule: '*',
      ruleSpaces: true,
      fences: true,
    });
  },
};
