import type { PlacedText } from '../../../blocks/rich-text.js';
import { jsonPointer } from '../../../kernel/json-pointer.js';
import type { Rule } from '../rule.js';

/** What no words include. */
const nothing = '\n';
/** What an editor left out of a quote, or put in. */
const edited = /\[[^\]]*\]|…|\.{3}/u;

/**
 * A pull quote repeats what is said in the text, and a marked passage says what the quote says. A block quote is text itself.
 * What is translated in the text cannot be found there, so quotes in another language than the story's are passed over.
 */
export const quoteInText: Rule = {
  code: 'quote_not_in_text',
  severity: 'warning',
  meaning: 'The words of a quote that is pulled out of the text, or marked in it, stand nowhere in the text.',
  help: 'Put the words into the text, show the quote as a block, or correct the one that is wrong.',
  ofStory: ({ content: { fields }, uses, texts, runningText }) => {
    const quotes = uses.flatMap((use) => (use.kind === 'quote' && use.facts ? [{ ...use, facts: use.facts }] : []));
    if (quotes.length === 0) return [];
    const text = bareWords(runningText);
    const marked = markedWords(texts);
    return quotes
      .filter(({ facts }) => primaryLanguage(facts.language) === primaryLanguage(fields.language))
      .filter(({ facts }) => !facts.text.split(edited).every((part) => text.includes(bareWords(part))))
      .filter(({ facts, pointer }) => !bareWords(facts.text).includes(marked.get(pointer) ?? nothing))
      .map(({ id, pointer }) => ({ pointer, message: `the words of quote ${id} stand nowhere in the text` }));
  },
};

/** Words alone, in one case, for comparison: without punctuation, and thus whatever the quotation marks and apostrophes. */
function bareWords(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
}

/** The words that each quote span marks, by the place that names the quote. */
function markedWords(texts: readonly PlacedText[]): Map<string, string> {
  return new Map(
    texts.flatMap(({ text, spans, path }) =>
      spans.flatMap(({ type, start, end }, i): [string, string][] =>
        type === 'quote' ? [[jsonPointer([...path, 'spans', i, 'quoteId']), bareWords(text.slice(start, end))]] : [],
      ),
    ),
  );
}

function primaryLanguage(tag: string): string {
  return tag.split('-')[0] ?? tag;
}
