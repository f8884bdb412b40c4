// IPTC ninjs 3.1: what agencies exchange. https://iptc.org/std/ninjs/
import { shownIn } from '../../blocks/index.js';
import type { Embed, Image, Quote } from '../../blocks/library.js';
import { inFormat, type Renditions } from '../../blocks/renditions.js';
import type { Article } from '../../blocks/story.js';
import { filledOnly } from './filled-only.js';
import { bylineOf, type Format, type Site, withWholeAddresses } from './format.js';
import { bodyFragment } from './html.js';
import { bodyText } from './text.js';

type Node = Record<string, unknown>;

const urn = (id: string) => `urn:uuid:${id}`;
const described = (role: string, value: string | null, contentType = 'text/plain') =>
  value === null ? [] : [{ role, contentType, value }];

function picture(
  image: Image,
  renditions: Renditions | null,
  alt: string | null,
  caption: string | null,
  rel: string,
): Node {
  return filledOnly({
    name: urn(image.id),
    rel,
    uri: urn(image.id),
    type: 'picture',
    by: image.photographer,
    contentCreated: image.takenAt,
    copyrightNotice: image.copyrightNotice,
    usageTerms: image.usageTerms,
    located: image.location,
    descriptions: [...described('caption', caption), ...described('altText', alt)],
    renditions: (renditions?.srcset ?? []).map(({ width, height, url }) => ({
      name: String(width),
      href: inFormat(url, 'jpg'),
      contentType: 'image/jpeg',
      width,
      height,
    })),
    infoSources: [
      ...(image.creditLine === null ? [] : [{ name: image.creditLine, role: 'credit' }]),
      ...(image.agency === null ? [] : [{ name: image.agency, role: 'supplier' }]),
    ],
  });
}

const embedTypes = {
  video: 'video',
  audio: 'audio',
  social: 'text',
  interactive: 'graphic',
  document: 'text',
} as const;

function media({ id, kind, title, description, url, embedUrl, provider, publishedAt }: Embed): Node {
  return filledOnly({
    name: title,
    rel: 'embed',
    uri: urn(id),
    type: embedTypes[kind],
    title,
    contentCreated: publishedAt,
    descriptions: described('summary', description),
    renditions: [
      ...(url === null ? [] : [{ name: 'web', href: url }]),
      ...(embedUrl === null ? [] : [{ name: 'embed', href: embedUrl }]),
    ],
    infoSources: [{ name: provider, role: 'provider' }],
  });
}

/** What somebody said, for who wants to know more of a quote than the text shows. */
function quotation({ id, text, speaker, context, saidAt, language, sourceUrl }: Quote): Node {
  const who = speaker === null ? [] : [{ name: speaker.name, rel: 'speaker' }];
  return filledOnly({
    name: speaker?.name ?? 'quote',
    rel: 'quote',
    uri: urn(id),
    type: 'text',
    language,
    by: speaker?.name,
    people: speaker?.kind === 'person' ? who : [],
    organisations: speaker?.kind === 'organization' ? who : [],
    bodies: described('main', text),
    descriptions: [
      ...described('speakerRole', speaker?.role ?? null),
      ...described('speakerAffiliation', speaker?.affiliation ?? null),
      ...described('context', context),
      ...described('saidAt', saidAt),
    ],
    altIds: sourceUrl === null ? [] : [{ role: 'source', value: sourceUrl }],
  });
}

/** People and organisations that the story quotes, each once. */
function speakersOf(quotes: readonly Quote[], kind: 'person' | 'organization'): Node[] {
  const names = quotes.flatMap(({ speaker }) => (speaker?.kind === kind ? [speaker.name] : []));
  return [...new Set(names)].map((name) => ({ name, rel: 'quoted' }));
}

/** What stands beside the text, each thing once. */
function associations({ leadImage, sections }: Article): Node[] {
  const shown = sections.flatMap(({ blocks }) => blocks.flatMap(shownIn));
  const nodes = shown.flatMap((one) => {
    if (one.kind === 'embed') return [media(one.embed)];
    if (one.kind === 'quote') return [quotation(one.quote)];
    return [picture(one.image, one.renditions, one.alt, one.caption, 'body')];
  });
  const lead = leadImage ? [picture(leadImage, leadImage.renditions, leadImage.alt, leadImage.caption, 'lead')] : [];
  const isLead = ({ uri }: Node) => leadImage !== null && uri === urn(leadImage.id);
  return [...new Map([...lead, ...nodes.filter((node) => !isLead(node))].map((node) => [node.uri, node])).values()];
}

function newsObject(story: Article, site: Site): Node {
  const { id, headline, shortHeadline, kicker, deck, summary, dateline, language } = story;
  const quotes = story.sections.flatMap(({ blocks }) =>
    blocks.flatMap(shownIn).flatMap((one) => (one.kind === 'quote' ? [one.quote] : [])),
  );
  return filledOnly({
    uri: urn(id),
    standard: {
      name: 'ninjs',
      version: '3.1',
      schema: 'https://www.iptc.org/std/ninjs/ninjs-schema_3.1.json',
    },
    type: 'text',
    representationType: 'full',
    version: story.contentUpdatedAt,
    firstCreated: story.firstPublishedAt,
    versionCreated: story.contentUpdatedAt,
    contentCreated: story.publishedAt,
    pubStatus: story.retracted ? 'canceled' : 'usable',
    language,
    title: headline,
    by: bylineOf(story) || null,
    located: dateline?.place,
    headlines: [...described('main', headline), ...described('short', shortHeadline), ...described('kicker', kicker)],
    descriptions: [
      ...described('deck', deck),
      ...described('summary', summary),
      ...story.corrections.flatMap(({ kind, text }) => described(kind, text)),
    ],
    bodies: [
      { role: 'main', contentType: 'text/html', wordCount: story.wordCount, value: bodyFragment(story) },
      { role: 'main', contentType: 'text/plain', wordCount: story.wordCount, value: bodyText(story.sections) },
    ],
    subjects: [
      { name: story.desk.name, rel: 'desk', literal: story.desk.key },
      ...story.tags.map(({ key, name }) => ({ name, rel: 'about', literal: key })),
    ],
    places: dateline === null ? [] : [{ name: dateline.place, rel: 'dateline' }],
    people: speakersOf(quotes, 'person'),
    organisations: speakersOf(quotes, 'organization'),
    infoSources: story.sources.map(({ name, kind }) => ({ name, role: kind })),
    altIds: [
      { role: 'slug', value: story.slug },
      { role: 'url', value: site.storyUrl(story) },
    ],
    associations: associations(story),
  });
}

export const ninjs: Format = {
  name: 'ninjs',
  mediaType: 'application/vnd.iptc.ninjs+json',
  contentType: 'application/vnd.iptc.ninjs+json; charset=utf-8',
  description: 'IPTC ninjs 3.1.',
  version: 4,
  render: (story, site) => JSON.stringify(newsObject(withWholeAddresses(story, site), site)),
};
