// XMP (ISO 16684-1): RDF in XML, of which these are the properties that the IPTC Photo Metadata Standard names.
import { parseXml, XmlElement } from '@rgrove/parse-xml';
import type { FoundWords } from './found-words.js';

const lengthMax = 1024 * 1024;
/** Elements and attributes together. A megabyte of history in a picture has some 20,000; of nothing but them it would have 250,000. */
const partsMax = 25_000;
const rdf = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const photoshop = 'http://ns.adobe.com/photoshop/1.0/';
const dc = 'http://purl.org/dc/elements/1.1/';
const rights = 'http://ns.adobe.com/xap/1.0/rights/';
const core = 'http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/';
const plus = 'http://ns.useplus.org/ldf/xmp/1.0/';

/** The words of an XMP packet; none when it cannot be read. */
export function xmpIn(packet: string): FoundWords {
  if (packet.length > lengthMax || hasTooManyParts(packet)) return {};
  try {
    return wordsOf(propertiesIn(parseXml(withoutPadding(packet)).root));
  } catch {
    // A picture whose words cannot be read is still a picture.
    return {};
  }
}

function hasTooManyParts(packet: string): boolean {
  let parts = 0;
  for (let at = 0; at < packet.length && parts <= partsMax; at++) {
    const character = packet[at];
    if (character === '=' || (character === '<' && packet[at + 1] !== '/')) parts += 1;
  }
  return parts > partsMax;
}

/** A packet without the zeros at its end. An expression would look at each run of zeros from each of its characters on. */
function withoutPadding(packet: string): string {
  let end = packet.length;
  while (end > 0 && packet.charCodeAt(end - 1) === 0) end -= 1;
  return packet.slice(0, end);
}

type Properties = Map<string, string[]>;

function wordsOf(properties: Properties): FoundWords {
  const all = (space: string, name: string) => properties.get(space + name) ?? [];
  const first = (space: string, name: string) => all(space, name)[0];
  const place = [
    first(core, 'Location'),
    first(photoshop, 'City'),
    first(photoshop, 'State'),
    first(photoshop, 'Country'),
  ];
  return {
    alt: first(core, 'AltTextAccessibility'),
    caption: first(dc, 'description'),
    creditLine: first(photoshop, 'Credit'),
    photographer: all(dc, 'creator').join(', '),
    agency: first(plus, 'ImageSupplierName') ?? first(photoshop, 'Source'),
    copyrightNotice: first(dc, 'rights'),
    usageTerms: first(rights, 'UsageTerms'),
    takenAt: first(photoshop, 'DateCreated'),
    location: [...new Set(place.filter((part) => part !== undefined))].join(', '),
  };
}

/** The values of each property by its full name, wherever it stands: as element, attribute or member of a structure. */
function propertiesIn(root: XmlElement | null): Properties {
  const properties: Properties = new Map();
  const spaces = new Map<string, string>();
  const nameOf = (name: string) => {
    const [prefix = '', local] = name.split(':');
    return local === undefined ? name : `${spaces.get(prefix) ?? prefix}${local}`;
  };
  const add = (name: string, values: string[]) => {
    const said = values.map((value) => value.trim()).filter((value) => value !== '');
    if (said.length > 0 && !properties.has(name)) properties.set(name, said);
  };
  const elements = root ? [root] : [];
  // It grows on the way.
  for (const element of elements) {
    for (const [name, value] of Object.entries(element.attributes)) {
      if (name.startsWith('xmlns:')) spaces.set(name.slice(6), value);
    }
    for (const [name, value] of Object.entries(element.attributes)) add(nameOf(name), [value]);
    const inner = elementsIn(element);
    const items = itemsIn(element, nameOf);
    add(nameOf(element.name), items ?? (inner.length === 0 ? [element.text] : []));
    for (const one of inner) elements.push(one);
  }
  return properties;
}

function elementsIn({ children }: XmlElement): XmlElement[] {
  return children.filter((child) => child instanceof XmlElement);
}

/** The items of a list; of alternatives in several languages, the default is the first. */
function itemsIn(element: XmlElement, nameOf: (name: string) => string): string[] | undefined {
  const list = elementsIn(element).find(({ name }) => /^(Alt|Seq|Bag)$/.test(localOf(nameOf(name))));
  if (!list) return undefined;
  const items = elementsIn(list).filter(({ name }) => localOf(nameOf(name)) === 'li');
  const isDefault = ({ attributes }: XmlElement) => attributes['xml:lang'] === 'x-default';
  return [...items.filter(isDefault), ...items.filter((item) => !isDefault(item))]
    .filter((item) => elementsIn(item).length === 0)
    .map(({ text }) => text);
}

function localOf(name: string): string {
  return name.startsWith(rdf) ? name.slice(rdf.length) : '';
}
