// Media of HTML that are hosted elsewhere.
import type { Element } from 'hast';
import { embedShape } from '../../blocks/library.js';
import { Duration, Url } from '../../kernel/scalars.js';
import { attribute, elementIn, wordsOf } from './html-phrases.js';
import { classed } from './html-pictures.js';
import type { KnownResources } from './known-resources.js';
import { defined } from './pictures.js';
import type { Members, Place, Reading } from './story.js';

const kinds: readonly string[] = embedShape.kind.options;

/** An embed as our own HTML has it. */
export function readHtmlEmbed(figure: Element, known: KnownResources, reading: Reading, place: Place): Members[] {
  const id = attribute(figure, 'dataEmbedId');
  const told = id === undefined ? undefined : known.embed(id);
  const head = classed(figure, 'title');
  if (!head) return [];
  const label = classed(head, 'label');
  const link = elementIn(head, 'a');
  const time = elementIn(head, 'time');
  const url = link && attribute(link, 'href');
  const caption = elementIn(figure, 'figcaption');
  const description = caption && classed(caption, 'caption');
  const provider = caption && classed(caption, 'credit');
  const names = Array.isArray(figure.properties.className) ? figure.properties.className : [];
  const duration = time && attribute(time, 'dateTime');
  const title = link
    ? wordsOf(link)
    : wordsOf({ ...head, children: head.children.filter((one) => one !== label && one !== time) });
  const embed = defined({
    provider: provider && wordsOf(provider),
    description: description && wordsOf(description),
    ...told,
    kind: names.find((name) => kinds.includes(String(name))) ?? told?.kind,
    id,
    title,
    url: url === undefined || reading.link(url, place) === undefined ? undefined : url,
    duration: Duration.safeParse(duration).success ? duration : undefined,
  });
  return [{ type: 'embed', ...(label && { label: wordsOf(label) }), embed: reading.placed(embed, place) }];
}

/** An embed out of a frame or a player; nothing, and noted, without an address that can be told. */
export function readMedia(node: Element, figure: Element | undefined, reading: Reading, place: Place): Members[] {
  const source = attribute(node, 'src') ?? attribute(elementIn(node, 'source') ?? node, 'src');
  const address = source?.startsWith('//') ? `https:${source}` : source;
  if (address === undefined || !Url.safeParse(address).success) {
    reading.lose(place, 'media', `${node.tagName} leads to no http or https address`);
    return [];
  }
  const caption = figure && elementIn(figure, 'figcaption');
  const { hostname } = new URL(address);
  const words = (caption && wordsOf(caption)) || attribute(node, 'title') || hostname;
  const kind = node.tagName === 'iframe' ? 'interactive' : node.tagName;
  const where = node.tagName === 'iframe' ? { embedUrl: address } : { url: address };
  const embed = { kind, provider: hostname.replace(/^www\./, ''), title: words.slice(0, 500).toWellFormed(), ...where };
  return [{ type: 'embed', embed: reading.placed(embed, place) }];
}
