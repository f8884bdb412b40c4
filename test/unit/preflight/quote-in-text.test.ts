import { describe, expect, it } from 'vitest';
import { quoteInText } from '../../../src/publishing/preflight/rules/quote-in-text.js';
import { placesFound, soundStory } from '../../support/candidates.js';
import { quote } from '../../support/stories.js';

/** Where the rule finds fault with a pull quote of the words over a text. */
function pulled(words: string, text: string, facts: object = {}): string[] {
  const block = { type: 'quote', display: 'pull', quote: { ...quote, text: words, ...facts } };
  return placesFound(quoteInText, soundStory({}, { type: 'paragraph', text }, block));
}

/** The same, with a stretch of the text marked as the quote. */
function marked(words: string, text: string, stretch: string): string[] {
  const start = text.indexOf(stretch);
  const spans = [{ start, end: start + stretch.length, type: 'quote', quote: { ...quote, text: words } }];
  return placesFound(quoteInText, soundStory({}, { type: 'paragraph', text, spans }));
}

describe('a pull quote', () => {
  it.each([
    ['word for word', 'We can’t go on.', 'She said: “We can’t go on.”'],
    ['with other quotation marks, case and spaces', 'We can’t  go on', 'SHE SAID, "we can\'t\ngo on", and left.'],
    ['with something left out', 'We can’t … without help', 'She said: “We can’t go on without help.”'],
    ['with three dots', 'We can’t ... without help', 'She said: “We can’t go on without help.”'],
    ['with something put in', 'We can’t [go on] without help', 'She said: “We can’t live without help.”'],
    ['in letters of another form', 'ﬁre', 'She cried: “Fire!”'],
    ['in a script without spaces', '没有任何利益', '他说俄罗斯没有任何利益可言。'],
  ])('may say what the text says, %s', (_how, words, text) => {
    expect(pulled(words, text)).toEqual([]);
  });

  it.each([
    ['says something else', 'We can go on.', 'She said: “We can’t go on.”'],
    ['says it in another order', 'Go on we can’t', 'She said: “We can’t go on.”'],
    ['leaves out what is not there either', 'We can’t … with help', 'She said: “We can’t go on without help.”'],
  ])('is told of when it %s', (_how, words, text) => {
    expect(pulled(words, text)).toEqual(['/sections/1/blocks/1/quoteId']);
  });

  it('is not looked for in a text of another language', () => {
    expect(pulled('Мы не можем', 'They cannot, he said.', { language: 'ru' })).toEqual([]);
    expect(pulled('We cannot', 'They cannot, he said.', { language: 'en-GB' })).toHaveLength(1);
  });

  it('is looked for in all of the text, but not in other pull quotes', () => {
    const pull = { type: 'quote', display: 'pull', quote };
    const sections = (...blocks: object[]) => soundStory({ sections: [{ blocks: [pull] }, { blocks }] });
    const said = { text: `“${quote.text}”` };
    for (const block of [
      { type: 'list', items: [said] },
      { type: 'aside', blocks: [{ type: 'paragraph', ...said }] },
      { type: 'quote', quote, display: 'block' },
    ]) {
      expect(placesFound(quoteInText, sections(block))).toEqual([]);
    }
    expect(placesFound(quoteInText, sections(pull))).toHaveLength(2);
  });
});

describe('a passage that is marked as a quote', () => {
  it('may be all of the quote, or a part of it', () => {
    const text = 'She said they “can’t go on” for long.';
    expect(marked('can’t go on', text, 'can’t go on')).toEqual([]);
    expect(marked('We can’t go on like this.', text, '“can’t go on”')).toEqual([]);
  });

  it('is told of when the quote says something else', () => {
    const text = 'She said they “can’t go on” for long.';
    expect(marked('We cannot go on.', text, 'can’t go on')).toEqual(['/sections/1/blocks/0/spans/0/quoteId']);
  });
});

describe('a block quote', () => {
  it('is text itself', () => {
    expect(placesFound(quoteInText, soundStory({}, { type: 'quote', quote, display: 'block' }))).toEqual([]);
  });
});
