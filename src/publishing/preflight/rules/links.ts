import type { ResourceFacts, ResourceKind } from '../../../blocks/library.js';
import { jsonPointer } from '../../../kernel/json-pointer.js';
import { linkFault } from '../../../kernel/links.js';
import type { Fault, Found, PlacedUse, Rule } from '../rule.js';

/** The fields of resources that hold an address. */
const addresses: { [K in ResourceKind]: readonly (keyof ResourceFacts[K] & string)[] } = {
  image: ['sourceUrl'],
  quote: ['sourceUrl'],
  embed: ['url', 'embedUrl', 'captionsUrl'],
};

export const links: Rule = {
  code: 'bad_link',
  severity: 'error',
  meaning:
    'An address leads no reader anywhere: to a private network, to no site or mailbox, or with a password in it. In the text, in bylines, and of images, quotes and embeds.',
  help: 'Give the public address, as a reader would type it.',
  ofStory: ({ content: { fields }, texts }) => [
    ...fields.bylines.flatMap(({ url }, i) => faultOf(url, `/bylines/${i}/url`)),
    ...texts.flatMap(({ spans, path }) =>
      spans.flatMap((span, i) =>
        span.type === 'link' ? faultOf(span.href, jsonPointer([...path, 'spans', i, 'href'])) : [],
      ),
    ),
  ],
  ofUse: (use) => {
    const facts = use.facts as Record<string, string | null> | undefined;
    return addresses[use.kind].flatMap((name): Fault[] => faultsOf(use, name, facts?.[name] ?? null));
  },
};

function faultOf(href: string | null, pointer: string): Found[] {
  const fault = href === null ? undefined : linkFault(href);
  return fault === undefined ? [] : [{ pointer, message: fault }];
}

function faultsOf({ kind, id }: PlacedUse, name: string, href: string | null): Fault[] {
  const fault = href === null ? undefined : linkFault(href);
  return fault === undefined ? [] : [{ field: `/${name}`, message: `${name} of ${kind} ${id} ${fault}` }];
}
