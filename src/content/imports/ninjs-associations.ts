// What stands beside the text of ninjs: pictures, media, and quotes as this product delivers them.

import type { KnownResources } from './known-resources.js';
import type { Association, NinjsItem } from './ninjs-schemas.js';
import { defined, placedImage } from './pictures.js';
import { idOfUrn, type Members, type Place, type Reading } from './story.js';

interface Placed {
  item: Association;
  place: Place;
  id: string | undefined;
}

const mediaKinds: Record<string, string> = { video: 'video', audio: 'audio', graphic: 'interactive' };

export class Associations implements KnownResources {
  readonly #reading: Reading;
  readonly #all: Placed[];
  readonly #used = new Set<Placed>();

  constructor({ associations = [] }: NinjsItem, reading: Reading) {
    this.#reading = reading;
    this.#all = Object.entries(associations).map(([key, item]) => ({
      item,
      place: { pointer: `/associations/${key.replaceAll('~', '~0').replaceAll('/', '~1')}` },
      id: idOfUrn(item.uri),
    }));
  }

  image(id: string): Members | undefined {
    const found = this.#take(id);
    return found && imageFacts(found.item);
  }

  quote(id: string): Members | undefined {
    const found = this.#take(id);
    return found && quoteFacts(found.item, id);
  }

  embed(id: string): Members | undefined {
    const found = this.#take(id);
    return found && embedFacts(found.item);
  }

  /** The image that lists show, if it is ours. */
  leadImageId(): string | undefined {
    return this.#all.find(({ item }) => item.rel === 'lead')?.id;
  }

  /** Notes that what the body shows by its address needs no block of its own. */
  takeShownIn(html: string): void {
    const addresses = new Set(
      [...html.matchAll(/["']([^"']+)["']/g)].map(([, value = '']) => value.replaceAll('&amp;', '&')),
    );
    for (const one of this.#all)
      if (renditionsOf(one.item).some(({ href }) => href !== undefined && addresses.has(href))) this.#used.add(one);
  }

  /** Blocks of what the body does not show: what leads the story, and the rest. */
  unplaced(): { lead: Members[]; rest: Members[] } {
    const open = this.#all.filter((one) => !this.#used.has(one));
    const isLead = ({ item }: Placed) => item.type === 'picture' && /^(lead|main|feature)/i.test(item.rel ?? '');
    return {
      lead: open.filter(isLead).flatMap((one) => this.#block(one)),
      rest: open.filter((one) => !isLead(one)).flatMap((one) => this.#block(one)),
    };
  }

  #take(id: string): Placed | undefined {
    const found = this.#all.find((one) => one.id === id.toLowerCase());
    if (found) this.#used.add(found);
    return found;
  }

  #block({ item, place, id }: Placed): Members[] {
    const { type = '' } = item;
    if (type === 'picture') {
      const image = { ...imageFacts(item), id };
      const shown = { url: largestOf(item), alt: saidOf(item, 'altText'), caption: captionOf(item) };
      return [this.#reading.placed({ type: 'image', ...placedImage(this.#reading, place, shown, { image }) }, place)];
    }
    const kind = mediaKinds[type];
    const facts = embedFacts(item);
    if (kind && (facts.url !== undefined || id !== undefined)) {
      const title = item.title ?? item.headline ?? saidOf(item, 'main') ?? item.name ?? kind;
      const embed = this.#reading.placed(defined({ provider: hostOf(facts.url), ...facts, kind, id, title }), place);
      return [this.#reading.placed({ type: 'embed', embed }, place)];
    }
    this.#reading.lose(
      place,
      'association',
      `${item.name ?? item.uri ?? type} is neither a picture nor media with an address`,
    );
    return [];
  }
}

/** What is said in a role: as 3.1 has it, in headlines or descriptions. */
function saidOf({ headlines = [], descriptions = [] }: Association, role: string): string | undefined {
  return [...descriptions, ...headlines].find((one) => one.role === role)?.value;
}

function captionOf(item: Association): string | undefined {
  const { descriptions = [], description_caption: older, description_text: oldest } = item;
  return saidOf(item, 'caption') ?? descriptions.find(({ role }) => role === undefined)?.value ?? older ?? oldest;
}

function imageFacts({
  by,
  byline,
  contentCreated,
  copyrightNotice,
  usageTerms,
  located,
  infoSources = [],
}: Association): Members {
  const source = (role: string) => infoSources.find((one) => one.role === role)?.name;
  return defined({
    photographer: by ?? byline,
    takenAt: instantOf(contentCreated),
    copyrightNotice,
    usageTerms,
    location: located,
    creditLine: source('credit') ?? infoSources.find(({ role }) => role !== 'supplier')?.name,
    agency: source('supplier'),
  });
}

function quoteFacts(item: Association, id: string): Members {
  const {
    people = [],
    organisations = [],
    language,
    bodies = [],
    altIds,
  } = item as Association & { altIds?: Members[] };
  const [person] = people;
  const [organisation] = organisations;
  const name = person?.name ?? organisation?.name;
  const kind = person ? 'person' : 'organization';
  const speaker =
    name && defined({ name, kind, role: saidOf(item, 'speakerRole'), affiliation: saidOf(item, 'speakerAffiliation') });
  const [source] = Array.isArray(altIds) ? altIds.filter(({ role }) => role === 'source') : [];
  return defined({
    id,
    text: bodies[0]?.value,
    speaker: speaker || undefined,
    context: saidOf(item, 'context'),
    saidAt: saidOf(item, 'saidAt'),
    language,
    sourceUrl: source?.value,
  });
}

function embedFacts(item: Association): Members {
  const { infoSources = [], contentCreated, renditions } = item;
  const all = renditionsOf({ renditions });
  return defined({
    provider: (infoSources.find(({ role }) => role === 'provider') ?? infoSources[0])?.name,
    description: saidOf(item, 'summary'),
    url: (all.find(({ name }) => name === 'web') ?? all.find(({ name }) => name !== 'embed'))?.href,
    embedUrl: all.find(({ name }) => name === 'embed')?.href,
    publishedAt: instantOf(contentCreated),
  });
}

function renditionsOf({ renditions = [] }: Pick<Association, 'renditions'>) {
  return Array.isArray(renditions) ? renditions : Object.values(renditions);
}

function largestOf(item: Association): string {
  const widths = renditionsOf(item).map((one) => ({ href: one.href, width: Number((one as Members).width ?? 0) }));
  return (
    widths.reduce((best, one) => (one.href !== undefined && one.width >= best.width ? one : best), {
      href: '',
      width: 0,
    } as (typeof widths)[number]).href ?? ''
  );
}

function hostOf(url: unknown): string | undefined {
  return typeof url === 'string' ? URL.parse(url)?.hostname.replace(/^www\./, '') : undefined;
}

/** An instant with its time zone; what is less exact is no instant. */
function instantOf(text: string | undefined): string | undefined {
  return text !== undefined && text.length < 40 && /T.*(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))
    ? text
    : undefined;
}
