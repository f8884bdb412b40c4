// schema.org NewsArticle as JSON-LD, with what Google asks of articles (Search Central, "Article structured data").

import type { Shown } from '../../blocks/block.js';
import { shownIn } from '../../blocks/index.js';
import type { Embed, Image, Quote } from '../../blocks/library.js';
import { inFormat, type Renditions, usualOf, wholeView } from '../../blocks/renditions.js';
import type { Article } from '../../blocks/story.js';
import { filledOnly } from './filled-only.js';
import { type Format, type Site, withWholeAddresses } from './format.js';
import { kindNames } from './notes.js';
import { bodyText } from './text.js';

type Node = Record<string, unknown>;

function person(name: string, jobTitle: string | null, affiliation: string | null, url: string | null = null): Node {
  return filledOnly({
    '@type': 'Person',
    name,
    jobTitle,
    affiliation: affiliation === null ? null : { '@type': 'Organization', name: affiliation },
    url,
  });
}

function imageObject(image: Image, renditions: Renditions | null, alt: string | null, caption: string | null): Node {
  const usual = renditions && usualOf(renditions);
  const [smallest] = renditions?.srcset ?? [];
  return filledOnly({
    '@type': 'ImageObject',
    identifier: `urn:uuid:${image.id}`,
    contentUrl: usual?.url,
    encodingFormat: usual && 'image/jpeg',
    width: usual?.width,
    height: usual?.height,
    thumbnailUrl: smallest && inFormat(smallest.url, 'jpg'),
    caption,
    description: alt,
    creditText: image.creditLine,
    creator: image.photographer === null ? null : { '@type': 'Person', name: image.photographer },
    copyrightNotice: image.copyrightNotice,
    usageInfo: image.usageTerms,
    dateCreated: image.takenAt,
    contentLocation: image.location === null ? null : { '@type': 'Place', name: image.location },
    isBasedOn: image.sourceUrl,
  });
}

function quotation({ id, text, speaker, context, saidAt, language, sourceUrl }: Quote): Node {
  const said = speaker?.kind === 'organization' ? { '@type': 'Organization', name: speaker.name } : undefined;
  return filledOnly({
    '@type': 'Quotation',
    identifier: `urn:uuid:${id}`,
    text,
    creator: speaker && (said ?? person(speaker.name, speaker.role, speaker.affiliation)),
    dateCreated: saidAt,
    inLanguage: language,
    description: context,
    citation: sourceUrl,
  });
}

const mediaTypes = {
  video: 'VideoObject',
  audio: 'AudioObject',
  social: 'SocialMediaPosting',
  interactive: 'WebApplication',
  document: 'DigitalDocument',
} as const;

function mediaObject({
  id,
  kind,
  title,
  description,
  url,
  embedUrl,
  duration,
  publishedAt,
  provider,
  transcript,
  thumbnail,
}: Embed): Node {
  const isPlayed = kind === 'video' || kind === 'audio';
  return filledOnly({
    '@type': mediaTypes[kind],
    identifier: `urn:uuid:${id}`,
    name: title,
    description: description ?? title,
    url,
    ...(isPlayed && { embedUrl, duration, uploadDate: publishedAt, transcript }),
    ...(!isPlayed && { datePublished: publishedAt }),
    provider: { '@type': 'Organization', name: provider },
    thumbnail: thumbnail && imageObject(thumbnail, thumbnail.renditions, thumbnail.alt, thumbnail.caption),
  });
}

/** What the story shows, each thing once, the lead image first. */
function shownOf({ leadImage, sections }: Article): Shown[] {
  const lead: Shown[] = leadImage
    ? [
        {
          kind: 'image',
          image: leadImage,
          alt: leadImage.alt,
          caption: leadImage.caption,
          view: wholeView,
          renditions: leadImage.renditions,
        },
      ]
    : [];
  const all = [...sections.flatMap(({ blocks }) => blocks.flatMap(shownIn)), ...lead];
  const idOf = (shown: Shown) =>
    shown.kind === 'image' ? shown.image.id : shown.kind === 'quote' ? shown.quote.id : shown.embed.id;
  const unique = [...new Map(all.toReversed().map((shown) => [idOf(shown), shown])).values()].reverse();
  const isLead = (shown: Shown) => shown.kind === 'image' && shown.image.id === leadImage?.id;
  return [...unique.filter(isLead), ...unique.filter((shown) => !isLead(shown))];
}

export function newsArticle(story: Article, site: Site): Node {
  const url = site.storyUrl(story);
  const shown = shownOf(story);
  const publisher = { '@type': 'NewsMediaOrganization', name: site.name, url: site.origin };
  const authors = story.bylines.map(({ name, role, organization, url: page }) =>
    person(name, role, organization, page),
  );
  const media = shown.flatMap((one) => (one.kind === 'embed' ? [one.embed] : []));
  return {
    '@context': 'https://schema.org',
    ...filledOnly({
      '@type': 'NewsArticle',
      '@id': url,
      url,
      mainEntityOfPage: url,
      identifier: `urn:uuid:${story.id}`,
      headline: story.headline,
      alternativeHeadline: story.shortHeadline,
      description: story.seo?.description ?? story.summary ?? story.deck,
      inLanguage: story.language,
      datePublished: story.publishedAt,
      dateModified: story.contentUpdatedAt,
      author: authors.length > 0 ? authors : [publisher],
      publisher,
      articleSection: story.desk.name,
      keywords: story.tags.map(({ name }) => name),
      wordCount: story.wordCount,
      timeRequired: `PT${story.readingSeconds}S`,
      dateline: story.dateline?.place,
      contentLocation: story.dateline && { '@type': 'Place', name: story.dateline.place },
      sourceOrganization: story.sources.map(({ name }) => ({ '@type': 'Organization', name })),
      isAccessibleForFree: true,
      image: shown.flatMap((one) =>
        one.kind === 'image' ? [imageObject(one.image, one.renditions, one.alt, one.caption)] : [],
      ),
      video: media.filter(({ kind }) => kind === 'video').map(mediaObject),
      audio: media.filter(({ kind }) => kind === 'audio').map(mediaObject),
      hasPart: [
        ...media.filter(({ kind }) => kind !== 'video' && kind !== 'audio').map(mediaObject),
        ...shown.flatMap((one) => (one.kind === 'quote' ? [quotation(one.quote)] : [])),
      ],
      translationOfWork: story.translationOf && { '@type': 'NewsArticle', '@id': site.storyUrl(story.translationOf) },
      relatedLink: story.related.map(site.storyUrl),
      creativeWorkStatus: story.retracted ? 'Retracted' : null,
      correction: story.corrections.map(({ id, kind, text, at }) => ({
        '@type': 'CorrectionComment',
        identifier: `urn:uuid:${id}`,
        name: kindNames[kind],
        text,
        datePublished: at,
      })),
      articleBody: bodyText(story.sections),
    }),
  };
}

export const jsonld: Format = {
  name: 'jsonld',
  mediaType: 'application/ld+json',
  contentType: 'application/ld+json; charset=utf-8',
  description: 'A schema.org NewsArticle, as JSON-LD.',
  version: 3,
  render: (story, site) => JSON.stringify(newsArticle(withWholeAddresses(story, site), site)),
};
