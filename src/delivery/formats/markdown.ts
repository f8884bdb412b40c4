// CommonMark, with GitHub's tables where a story has one.
import type { Heading, Paragraph, Root } from 'mdast';
import { gfmTableToMarkdown } from 'mdast-util-gfm-table';
import { toMarkdown } from 'mdast-util-to-markdown';
import { markdownOfBlock } from '../../blocks/index.js';
import { bylineOf, type Format, withWholeAddresses } from './format.js';
import { markdownNotes } from './notes.js';

const paragraph = (value: string): Paragraph => ({ type: 'paragraph', children: [{ type: 'text', value }] });
const heading = (depth: 1 | 2, value: string): Heading => ({
  type: 'heading',
  depth,
  children: [{ type: 'text', value }],
});

export const markdown: Format = {
  name: 'markdown',
  mediaType: 'text/markdown',
  contentType: 'text/markdown; charset=utf-8; variant=CommonMark',
  description: 'Markdown (CommonMark, RFC 7763).',
  version: 3,
  render(told, site) {
    const story = withWholeAddresses(told, site);
    const { headline, deck, sections } = story;
    const byline = bylineOf(story);
    const notes = markdownNotes(story);
    const tree: Root = {
      type: 'root',
      children: [
        heading(1, headline),
        ...(deck === null ? [] : deck.split('\n').map(paragraph)),
        ...(byline === '' ? [] : [paragraph(byline)]),
        ...notes.before,
        ...sections.flatMap((section) => [
          ...(section.heading === null ? [] : [heading(2, section.heading)]),
          ...section.blocks.flatMap(markdownOfBlock),
        ]),
        ...notes.after,
      ],
    };
    return toMarkdown(tree, {
      extensions: [gfmTableToMarkdown()],
      bullet: '-',
      rule: '*',
      ruleSpaces: true,
      fences: true,
    });
  },
};
