import { h } from 'hastscript';
import { z } from 'zod';
import { Id } from '../kernel/scalars.js';
import { blockId, defineBlock, draftBlockId } from './block.js';
import { Quote } from './library.js';
import { mark } from './marks.js';
import { exactlyOne, quoteReference } from './reference-fields.js';
import { markdownOfText } from './rich-text.js';

const display = z.enum(['pull', 'block']).meta({
  description: 'pull: lifted out of the text for effect; block: part of the running text.',
  example: 'pull',
});

export const quote = defineBlock({
  type: 'quote',
  draft: z
    .strictObject({ ...draftBlockId, type: z.literal('quote'), ...quoteReference, display: display.nullish() })
    .superRefine(exactlyOne('quote'))
    .meta({ id: 'QuoteBlockDraft' }),
  managed: z.object({ ...blockId, type: z.literal('quote'), quoteId: Id, display }).meta({ id: 'ManagedQuoteBlock' }),
  delivered: z.object({ ...blockId, type: z.literal('quote'), display, quote: Quote }).meta({ id: 'QuoteBlock' }),

  store: ({ quoteId, quote: inline, ...block }, keep) => ({
    quoteId: inline ? keep('quote', inline, ['quote']) : (quoteId ?? ''),
    display: block.display ?? 'block',
  }),
  references: ({ quoteId }) => [{ kind: 'quote', id: quoteId, path: ['quoteId'] }],
  deliver: ({ quoteId, display: shown }, library) => ({ display: shown, quote: library.quote(quoteId) }),
  readingText: (block) => (block.display === 'block' ? block.quote.text : ''),
  shown: (block) => [{ kind: 'quote', quote: block.quote }],
  html: ({ display: shown, quote: { id, text, language, sourceUrl, speaker } }) => [
    h('figure', { className: ['quote', shown], dataQuoteId: id }, [
      h(
        'blockquote',
        { lang: language, cite: sourceUrl },
        text.split('\n').map((line) => h('p', line)),
      ),
      speaker === null
        ? null
        : h('figcaption', [
            h('cite', speaker.name),
            [speaker.role, speaker.affiliation]
              .filter((part) => part !== null)
              .map((part) => `, ${part}`)
              .join(''),
          ]),
    ]),
  ],
  markdown: ({ display: shown, quote: { text, ...facts } }) => [
    mark('quote', { display: shown, ...facts }),
    {
      type: 'blockquote',
      children: [text, ...attribution(facts.speaker)].map((words) => ({
        type: 'paragraph',
        children: markdownOfText({ text: words, spans: [] }),
      })),
    },
  ],
  plainText: ({ quote: { text, speaker } }) => [`“${text}”`, ...attribution(speaker)].join('\n'),
});

/** Who said it, behind a dash. */
export function attribution(speaker: Quote['speaker']): string[] {
  if (speaker === null) return [];
  return [`— ${[speaker.name, speaker.role, speaker.affiliation].filter((part) => part !== null).join(', ')}`];
}
