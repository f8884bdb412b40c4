// Plain text, for terminals, mail and those who only want the words.
import { plainTextOfBlock } from '../../blocks/index.js';
import type { Section } from '../../blocks/story.js';
import { bylineOf, type Format, readableTime } from './format.js';
import { textNotes } from './notes.js';

function textOfSection({ heading, blocks }: Section): string[] {
  return [heading ?? '', ...blocks.map(plainTextOfBlock)];
}

/** The words of the body, a blank line between paragraphs. */
export function bodyText(sections: readonly Section[]): string {
  return sections
    .flatMap(textOfSection)
    .filter((paragraph) => paragraph !== '')
    .join('\n\n');
}

export const text: Format = {
  name: 'text',
  mediaType: 'text/plain',
  contentType: 'text/plain; charset=utf-8',
  description: 'The words, as plain text.',
  version: 2,
  render(story, site) {
    const { headline, deck, language, publishedAt, sections } = story;
    const head = [headline, deck, bylineOf(story), readableTime(publishedAt, language)];
    const { before, after } = textNotes(story);
    const paragraphs = [...head, ...before, bodyText(sections), ...after, site.storyUrl(story)].filter(Boolean);
    return `${paragraphs.join('\n\n')}\n`;
  },
};
