// What a story and a quote are found by, field by field. Lines are what stands apart: a phrase is looked for within one.

export const storyFields = ['headline', 'deck', 'body', 'quotes', 'captions', 'tags', 'bylines'] as const;
export type StoryField = (typeof storyFields)[number];
export type StoryTexts = Record<StoryField, string>;

export const quoteFields = ['text', 'speaker', 'context'] as const;
export type QuoteField = (typeof quoteFields)[number];
export type QuoteTexts = Record<QuoteField, string>;

/** Texts as lines, each once; what is not there is left out. */
export function linesOf(texts: readonly (string | null | undefined)[]): string {
  return [...new Set(texts.filter((text) => typeof text === 'string' && text !== ''))].join('\n');
}

/** A quote, as far as it is found by it. */
interface Quoted {
  text: string;
  speaker: { name: string; role: string | null; affiliation: string | null } | null;
  context: string | null;
}

export function quoteTextsOf({ text, speaker, context }: Quoted): QuoteTexts {
  return { text, speaker: linesOf([speaker?.name, speaker?.role, speaker?.affiliation]), context: context ?? '' };
}
