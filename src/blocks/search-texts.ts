// What stories are found by, taken from them as readers get them.
import { linesOf, type StoryTexts } from '../kernel/search/documents.js';
import { readingTextOf, shownIn } from './index.js';
import type { Article } from './story.js';

/** The words of a story, by field; what stands apart is on lines of its own. */
export function searchTextsOf(story: Article): StoryTexts {
  const blocks = story.sections.flatMap((section) => section.blocks);
  const shown = blocks.flatMap(shownIn);
  return {
    headline: linesOf([story.headline, story.shortHeadline, story.kicker]),
    deck: linesOf([story.deck, story.summary]),
    body: linesOf([
      story.dateline?.place,
      ...story.sections.flatMap(({ heading, blocks: own }) => [heading, ...own.map(readingTextOf)]),
      ...story.corrections.map(({ text }) => text),
    ]),
    quotes: linesOf(shown.flatMap((one) => (one.kind === 'quote' ? [one.quote.text, one.quote.speaker?.name] : []))),
    captions: linesOf(
      shown.flatMap((one) => {
        if (one.kind === 'image') return one.caption;
        return one.kind === 'embed' ? [one.embed.title, one.embed.description] : [];
      }),
    ),
    tags: linesOf([...story.tags, story.desk].map(({ name }) => name)),
    bylines: linesOf(story.bylines.map(({ name }) => name)),
  };
}
