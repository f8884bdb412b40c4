import { z } from 'zod';
import { CalendarDate, distinct, Id, Instant, Key, Language, line, Slug, text, Url } from '../../kernel/scalars.js';
import { draftShape, type Filled, filled, filledObject, patchShape, sentShape } from '../../kernel/shapes.js';
import { ManagedCorrection } from '../corrections/schemas.js';
import { managedShape, readOnlyShape } from '../managed.js';
import { ManagedSection, SectionDraft, SectionReplacement } from '../sections/schemas.js';

const seoShape = {
  title: line(200).meta({
    description: 'For search engines, when it should differ from the headline.',
    example: 'Putin visits Lukashenko in Minsk',
  }),
  description: text(500).meta({ example: 'The two presidents spoke of ties and hardly of the war next door.' }),
};
const datelineShape = { place: line(200).meta({ example: 'Minsk, Belarus' }), date: CalendarDate };
const bylineShape = {
  name: line(200).meta({ example: 'Copydesk example desk' }),
  role: line(200).meta({ example: 'Retold from wire reports' }),
  organization: line(200).meta({ example: 'Copydesk' }),
  url: Url,
};
const sourceShape = {
  name: line(200).meta({ example: 'Reuters' }),
  kind: z.enum(['staff', 'wire', 'handout', 'other']).meta({ example: 'wire' }),
};

export const Byline = z.strictObject(sentShape(bylineShape, ['name'])).meta({ id: 'Byline' });
export const Source = z.strictObject(sourceShape).meta({ id: 'Source' });
export const Dateline = z.strictObject(sentShape(datelineShape, ['place'])).meta({ id: 'Dateline' });
export const Seo = z.strictObject(sentShape(seoShape, [])).meta({ id: 'Seo' });

export const articleShape = {
  slug: Slug,
  language: Language,
  translationOf: Id.meta({
    description:
      'The article this one is a translation of: an original, not a translation itself. It has at most 200 translations.',
  }),
  kicker: line(120).meta({ description: 'What stands above the headline.', example: 'Russia–Belarus' }),
  headline: line(300).meta({
    description: 'Required to publish.',
    example: 'Putin in Belarus for talks amid fears of new assault on Ukraine',
  }),
  shortHeadline: line(120).meta({ example: 'Putin and Lukashenko meet in Minsk' }),
  deck: text(1000).meta({
    description: 'The standfirst, between headline and text.',
    example: 'Moscow’s troops set out from Belarus in February.',
  }),
  summary: text(2000).meta({ description: 'What lists and feeds show.' }),
  slugline: line(120).meta({
    description: 'The newsroom’s own name; never delivered.',
    example: 'BELARUS-RUSSIA-TALKS',
  }),
  seo: Seo,
  desk: Key.meta({ description: 'Key of the desk; made when new.', example: 'world' }),
  tags: distinct(Key, 100).meta({ description: 'Keys of tags; made when new.', example: ['belarus', 'russia'] }),
  bylines: z.array(Byline).max(50),
  sources: z.array(Source).max(50),
  dateline: Dateline,
  leadImageId: Id.meta({ description: 'The picture for lists; when none, the first image block’s.' }),
  related: distinct(Id, 50).meta({ description: 'Articles to read next; only live ones are delivered.' }),
  internalNote: text(10_000).meta({ description: 'For the newsroom; never delivered.' }),
  stage: z
    .enum(['draft', 'review', 'ready'])
    .meta({ description: 'A label for the newsroom, not a gate.', example: 'draft' }),
};

const required = ['language', 'desk'] as const;
const defaults = { tags: [], bylines: [], sources: [], related: [], stage: 'draft' as const };
export const neverNull = ['slug', 'language', 'desk', 'tags', 'bylines', 'sources', 'related', 'stage'] as const;

export type ArticleFields = Filled<typeof articleShape, (typeof neverNull)[number]>;

/** The editorial fields of a parsed draft, complete but for the slug, which may be for the service to make. */
export const fillArticle = filled(articleShape, required, defaults);

const draftFields = {
  ...draftShape(articleShape, required),
  seo: filledObject(seoShape, [], {}).nullish(),
  dateline: filledObject(datelineShape, ['place'], {}).nullish(),
  bylines: z
    .array(filledObject(bylineShape, ['name'], {}))
    .max(50)
    .nullish(),
  sources: z
    .array(filledObject(sourceShape, ['name'], { kind: 'wire' }))
    .max(50)
    .nullish(),
};

export const scheduledActions = ['publish', 'withdraw'] as const;

const ScheduleFailure = z
  .object({
    scheduleId: Id,
    action: z.enum(scheduledActions).meta({ example: 'publish' }),
    at: Instant.meta({ description: 'When it was tried.' }),
    code: z.string().meta({ example: 'preflight_failed' }),
    reason: z.string().meta({ example: 'The story is not fit to be published yet: image needs an alt text.' }),
  })
  .meta({ id: 'ScheduleFailure', description: 'What kept a schedule from doing its work.' });

const publicationShape = {
  state: z.enum(['unpublished', 'scheduled', 'live', 'withdrawn']).meta({
    description: 'What readers get. scheduled: nothing yet, or no more, but a version waits to be published.',
    example: 'live',
  }),
  firstPublishedAt: Instant.nullable().meta({ description: 'Never moves.' }),
  publishedAt: Instant.nullable(),
  contentUpdatedAt: Instant.nullable().meta({ description: 'When readers last got a changed story.' }),
  withdrawnAt: Instant.nullable(),
  liveVersion: z
    .int()
    .nullable()
    .meta({ description: 'The version whose content readers see, or saw before it was withdrawn.', example: 2 }),
  hasUnpublishedChanges: z
    .boolean()
    .meta({ description: 'Whether a live story’s working copy differs from what readers see.' }),
  scheduledFor: Instant.nullable().meta({ description: 'When a version waits to be published.' }),
  scheduleFailure: ScheduleFailure.nullable().meta({
    description: 'Of the last schedule that failed, until another is made or the story is published or withdrawn.',
  }),
  embargoedUntil: Instant.nullable().meta({
    description: 'Before it nobody can publish the story; one that is past binds no more.',
  }),
  embargoReason: z.string().nullable().meta({
    description: 'Why, for the newsroom; never delivered.',
    example: 'The report is public on Monday at noon.',
  }),
};
export const Publication = z.object(publicationShape).meta({ id: 'Publication' });
export type Publication = z.output<typeof Publication>;

const corrections = z.array(ManagedCorrection).meta({ description: 'What readers were told, the oldest first.' });
const readOnly = { ...managedShape, publication: Publication, corrections };
/** Names of the fields that a body may carry only as they are. */
export const readOnlyNames = Object.keys(readOnly);

export const ArticleDraft = z
  .strictObject({
    ...draftFields,
    sections: z.array(SectionDraft).nullish(),
  })
  .meta({
    id: 'ArticleDraft',
    description:
      'A whole story: at most 500 sections, 2,000 blocks, and 2,000 places that show images, quotes and embeds.',
  });
export type ArticleDraft = z.output<typeof ArticleDraft>;

export const ArticleReplacement = z
  .strictObject({
    ...readOnlyShape(readOnly),
    ...draftFields,
    sections: z.array(SectionReplacement).nullish(),
  })
  .meta({
    id: 'ArticleReplacement',
    description:
      'The whole story as it shall be. Sections and blocks with a known id keep their identity; those left out are deleted.',
  });
export type ArticleReplacement = z.output<typeof ArticleReplacement>;

export const ArticlePatch = z
  .strictObject({
    ...readOnlyShape(readOnly),
    ...patchShape(articleShape, required),
    slug: Slug.optional(),
    seo: z.strictObject(patchShape(seoShape, [])).nullish(),
    dateline: z.strictObject(patchShape(datelineShape, ['place'])).nullish(),
    bylines: draftFields.bylines,
    sources: draftFields.sources,
  })
  .meta({
    id: 'ArticlePatch',
    description: 'JSON Merge Patch (RFC 7396): null means absent, arrays are replaced whole.',
  });
export type ArticlePatch = z.output<typeof ArticlePatch>;

/** Validates the fields that a merge patch leads to. */
export const PatchedFields = z.strictObject({ ...draftFields, slug: Slug });

const managedArticleShape = { ...managedShape, ...sentShape(articleShape, neverNull), publication: Publication };

export const ManagedArticle = z
  .object({ ...managedArticleShape, corrections, sections: z.array(ManagedSection) })
  .meta({ id: 'ManagedArticle', description: 'The working copy of a story.' });
export type ManagedArticle = z.output<typeof ManagedArticle>;

export const ManagedArticleSummary = z
  .object(managedArticleShape)
  .meta({ id: 'ManagedArticleSummary', description: 'The working copy of a story, without its sections.' });
export type ManagedArticleSummary = z.output<typeof ManagedArticleSummary>;
