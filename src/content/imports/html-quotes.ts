// Quotes of HTML: a blockquote, alone or in a figure that tells who said it.
import type { Element } from 'hast';
import { attribute, elementIn, groupsOf, type HtmlPhraseReader, hasClass, wordsOf } from './html-phrases.js';
import type { KnownResources } from './known-resources.js';
import { defined } from './pictures.js';
import { type Members, type Place, type Reading, speakerOf } from './story.js';

const dash = /^(?:—|–|--|-)\s*/;

export function readHtmlQuote(
  node: Element,
  figure: Element | undefined,
  known: KnownResources,
  reading: Reading,
  place: Place,
  phrases: HtmlPhraseReader,
): Members[] {
  const id = figure && attribute(figure, 'dataQuoteId');
  const told = id === undefined ? undefined : known.quote(id);
  const cite = (figure && elementIn(figure, 'figcaption')) ?? elementIn(node, 'footer') ?? elementIn(node, 'cite');
  const who = cite && wordsOf(cite).replace(dash, '');
  const said = node.children.filter((child) => child !== cite && (!who || wordsOf(child).replace(dash, '') !== who));
  const texts = groupsOf(said).flatMap((group) => {
    const { text, spans } = phrases.read(Array.isArray(group) ? group : group.children);
    if (spans.length > 0) reading.lose(place, 'formatting', 'a quote is plain text: its marks and links are gone');
    return text === '' ? [] : [text];
  });
  if (texts.length === 0) return [];
  const quote = defined({
    language: attribute(node, 'lang'),
    sourceUrl: attribute(node, 'cite'),
    speaker: who ? speakerOf(who) : undefined,
    ...told,
    id,
    text: texts.join('\n'),
  });
  const display = figure && hasClass(figure, 'pull') ? 'pull' : 'block';
  return [{ type: 'quote', display, quote: reading.placed(quote, place) }];
}
