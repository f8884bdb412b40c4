// The library resources that blocks refer to: their facts, as editors send them and as readers get them.
import { z } from 'zod';
import { CalendarDate, Duration, Id, Instant, Language, line, text, Url } from '../kernel/scalars.js';
import { draftShape, filled, filledObject, sentShape } from '../kernel/shapes.js';
import { ImageFile } from './image-file.js';
import { Renditions, renditionsOf } from './renditions.js';

export const resourceKinds = ['image', 'quote', 'embed'] as const;
export type ResourceKind = (typeof resourceKinds)[number];

export const focalPointShape = {
  x: z.number().min(0).max(1).meta({ description: 'From the left edge, as a share of the width.', example: 0.5 }),
  y: z.number().min(0).max(1).meta({ description: 'From the top edge, as a share of the height.', example: 0.35 }),
};
export const FocalPoint = z.strictObject(focalPointShape);

export const imageShape = {
  alt: text(2000).meta({
    description:
      'What the picture shows, for those who cannot see it. Required to publish; empty only when decorative.',
    example: 'Two men in dark coats walk side by side into a marble hall over a red carpet.',
  }),
  decorative: z
    .boolean()
    .meta({ description: 'Whether the picture carries no information, so that alt may be empty.', example: false }),
  caption: text(2000).meta({ example: 'Putin and Lukashenko arrive at the Palace of Independence in Minsk.' }),
  creditLine: line(300).meta({
    description: 'Whom to credit beside the picture (IPTC Credit Line). Required to publish.',
    example: 'Konstantin Zavrazhin/Sputnik/Reuters',
  }),
  photographer: line(200).meta({
    description: 'Who took the picture (IPTC Creator).',
    example: 'Konstantin Zavrazhin',
  }),
  agency: line(200).meta({ description: 'Who supplied the picture (IPTC Supplier).', example: 'Sputnik/Reuters' }),
  copyrightNotice: line(500).meta({ description: 'IPTC Copyright Notice.', example: '© 2022 Example Agency' }),
  usageTerms: text(2000).meta({ description: 'IPTC Rights Usage Terms.', example: 'Editorial use only.' }),
  takenAt: Instant,
  location: line(300).meta({ description: 'Where the picture was taken.', example: 'Minsk, Belarus' }),
  focalPoint: FocalPoint.meta({ description: 'The point that every crop keeps in frame.' }),
  sourceUrl: Url.meta({ description: 'Where the picture was first published.' }),
};
/** What an editor says of an image, and its file, which is uploaded and never said. */
export const imageFactsShape = { ...imageShape, file: ImageFile };

export const speakerShape = {
  name: line(200).meta({ example: 'Vladimir Putin' }),
  kind: z.enum(['person', 'organization']).meta({ example: 'person' }),
  role: line(200).meta({ example: 'President' }),
  affiliation: line(200).meta({ example: 'Russian Federation' }),
};
const Speaker = z.strictObject(sentShape(speakerShape, ['name', 'kind']));
const SpeakerDraft = filledObject(speakerShape, ['name'], { kind: 'person' });

export const quoteShape = {
  text: text(5000, 1).meta({
    description: 'The words said, without quotation marks.',
    example: 'Russia has no interest in absorbing anyone.',
  }),
  speaker: Speaker.meta({ description: 'Who said it.' }),
  context: text(1000).meta({
    description: 'Where and on what occasion it was said.',
    example: 'Joint news conference in Minsk',
  }),
  saidAt: CalendarDate.meta({ description: 'The day it was said.' }),
  language: Language,
  sourceUrl: Url,
};

export const embedShape = {
  kind: z.enum(['video', 'audio', 'social', 'interactive', 'document']).meta({ example: 'video' }),
  provider: line(200).meta({ description: 'Who hosts it.', example: 'CBC News' }),
  title: line(500).meta({ example: 'Putin admits to Russia’s difficulties in Eastern Ukraine' }),
  description: text(5000).meta({ example: 'Russia’s president concedes that things are difficult in the east.' }),
  url: Url.meta({ description: 'The page of the media.', example: 'https://video.example/putin-admits-difficulties' }),
  embedUrl: Url.meta({
    description: 'What to load in a frame.',
    example: 'https://video.example/embed/putin-admits-difficulties',
  }),
  duration: Duration.meta({ example: 'PT2M4S' }),
  publishedAt: Instant,
  thumbnailImageId: Id.meta({ description: 'An image of the library that stands for the media.' }),
  aspectRatio: z
    .string()
    .regex(/^[1-9]\d{0,3}:[1-9]\d{0,3}$/, { error: 'must be width:height, such as 16:9' })
    .meta({ description: 'Width to height.', example: '16:9' }),
  transcript: text(100_000),
  captionsUrl: Url.meta({ description: 'WebVTT captions.' }),
};

/** The fields that a resource cannot be without, even as a draft. */
export const requiredFields = { image: [], quote: ['text', 'language'], embed: ['kind', 'provider', 'title'] } as const;

export const imageDraftShape = draftShape(imageShape, requiredFields.image);
export const quoteDraftShape = { ...draftShape(quoteShape, requiredFields.quote), speaker: SpeakerDraft.nullish() };
export const embedDraftShape = draftShape(embedShape, requiredFields.embed);

export const fillImage = filled(imageFactsShape, requiredFields.image, { decorative: false });
export const fillQuote = filled(quoteShape, requiredFields.quote, {});
export const fillEmbed = filled(embedShape, requiredFields.embed, {});

/** The facts of each kind of resource, complete: null where an editor gave none. */
export interface ResourceFacts {
  image: ReturnType<typeof fillImage>;
  quote: ReturnType<typeof fillQuote>;
  embed: ReturnType<typeof fillEmbed>;
}

const inlineId = {
  id: Id.optional().meta({ description: 'Its own UUID, so that other places of the same body can refer to it.' }),
};
export const InlineImage = z.strictObject({ ...inlineId, ...imageDraftShape }).meta({ id: 'InlineImage' });
export const InlineQuote = z
  .strictObject({ ...inlineId, ...quoteDraftShape, language: quoteShape.language.nullish() })
  .meta({ id: 'InlineQuote', description: 'Its language, when not given, is the story’s.' });
export const InlineEmbed = z.strictObject({ ...inlineId, ...embedDraftShape }).meta({ id: 'InlineEmbed' });

/** A resource carried by the place that first uses it. */
export interface InlineResources {
  image: z.output<typeof InlineImage>;
  quote: z.output<typeof InlineQuote>;
  embed: z.output<typeof InlineEmbed>;
}

export const Image = z
  .object({ id: Id, ...sentShape(imageFactsShape, ['decorative']), renditions: Renditions.nullable() })
  .meta({ id: 'Image', description: 'A picture: its facts, and where it is to be had.' });
export const Quote = z
  .object({ id: Id, ...sentShape(quoteShape, requiredFields.quote) })
  .meta({ id: 'Quote', description: 'What somebody said, and who.' });
const { thumbnailImageId: _thumbnailImageId, ...embedFacts } = embedShape;
export const Embed = z
  .object({
    id: Id,
    ...sentShape(embedFacts, requiredFields.embed),
    thumbnail: Image.nullable().meta({ description: 'The image that stands for the media.' }),
  })
  .meta({ id: 'Embed', description: 'Media hosted elsewhere.' });

export type Image = z.output<typeof Image>;

/** An image as readers get it. */
export function deliveredImage(id: string, facts: ResourceFacts['image']): Image {
  return { id, ...facts, renditions: renditionsOf({ id, ...facts }) };
}
export type Quote = z.output<typeof Quote>;
export type Embed = z.output<typeof Embed>;

/** The resources of a story, as readers get them. Asking for one that was not loaded is a bug and throws. */
export interface Library {
  image(id: string): Image;
  quote(id: string): Quote;
  embed(id: string): Embed;
}
