// The story as readers get it. Publishing compiles it; delivery documents it.
import { z } from 'zod';
import { CalendarDate, Id, Instant } from '../kernel/scalars.js';
import { Block } from './index.js';
import { Image } from './library.js';

const named = (what: string, key: string, name: string) =>
  z.object({
    key: z.string().meta({ description: `Names the ${what} in filters.`, example: key }),
    name: z.string().meta({ description: 'To show.', example: name }),
  });
export const Desk = named('desk', 'world', 'World').meta({ id: 'Desk' });
export const Tag = named('tag', 'belarus', 'Belarus').meta({ id: 'Tag' });

const slug = z.string().meta({
  description: 'The part of the address that names the story.',
  example: 'putin-lukashenko-minsk-december-2022',
});
const language = z.string().meta({ description: 'BCP 47.', example: 'en' });
const headline = z.string().meta({ example: 'Putin in Belarus for talks amid fears of new assault on Ukraine' });

const retracted = z
  .boolean()
  .meta({ description: 'Whether the story was retracted: it is not to be relied on.', example: false });

export const ArticleLink = z
  .object({ id: Id, slug, language, headline, retracted })
  .meta({ id: 'ArticleLink', description: 'Another story that is live.' });
export type ArticleLink = z.output<typeof ArticleLink>;

export const Correction = z
  .object({
    id: Id,
    kind: z
      .enum(['correction', 'clarification', 'update', 'retraction'])
      .meta({ description: 'A retraction takes back the whole story.', example: 'correction' }),
    text: z.string().meta({ example: 'An earlier version of this story misstated the month of the invasion.' }),
    at: Instant,
  })
  .meta({ id: 'Correction', description: 'What readers are told of a mistake, or of news, in the story.' });
export type Correction = z.output<typeof Correction>;

export const Section = z
  .object({
    id: Id,
    anchor: z
      .string()
      .meta({ description: 'Unique in the story; for links into it.', example: 'sanctions-hit-exports' }),
    heading: z
      .string()
      .nullable()
      .meta({ description: 'None for an opening section.', example: 'Sanctions hit exports' }),
    blocks: z.array(Block),
  })
  .meta({ id: 'Section', description: 'An ordered part of a story’s body.' });
export type Section = z.output<typeof Section>;

const summaryShape = {
  id: Id,
  slug,
  language,
  headline,
  shortHeadline: z.string().nullable().meta({ example: 'Putin and Lukashenko meet in Minsk' }),
  kicker: z.string().nullable().meta({ example: 'Russia–Belarus' }),
  deck: z.string().nullable().meta({ example: 'Moscow’s troops set out from Belarus in February.' }),
  summary: z
    .string()
    .nullable()
    .meta({ example: 'The two presidents met in Minsk and spoke of ties, hardly of the war.' }),
  desk: Desk,
  tags: z.array(Tag),
  bylines: z.array(
    z.object({
      name: z.string().meta({ example: 'Copydesk example desk' }),
      role: z.string().nullable().meta({ example: 'Retold from wire reports' }),
      organization: z.string().nullable().meta({ example: 'Copydesk' }),
      url: z.string().nullable().meta({ example: 'https://copydesk.example/about' }),
    }),
  ),
  leadImage: Image.nullable().meta({
    description: 'The picture for lists: the one chosen, or the first of the story.',
  }),
  publishedAt: Instant,
  contentUpdatedAt: Instant.meta({
    description: 'When the story’s own content last changed for readers, or they were told of a correction.',
  }),
  retracted,
  wordCount: z.int().meta({ description: 'Words of the running text.', example: 640 }),
  readingSeconds: z.int().meta({ description: 'Time to read it, in seconds, at 238 words a minute.', example: 162 }),
};

export const ArticleSummary = z
  .object(summaryShape)
  .meta({ id: 'ArticleSummary', description: 'A live story, as lists send it.' });
export type ArticleSummary = z.output<typeof ArticleSummary>;

export const Article = z
  .object({
    ...summaryShape,
    firstPublishedAt: Instant.meta({ description: 'Never moves.' }),
    seo: z
      .object({
        title: z.string().nullable().meta({ example: 'Putin visits Lukashenko in Minsk' }),
        description: z
          .string()
          .nullable()
          .meta({ example: 'The two presidents spoke of ties and hardly of the war next door.' }),
      })
      .nullable(),
    sources: z.array(
      z.object({
        name: z.string().meta({ example: 'Reuters' }),
        kind: z.enum(['staff', 'wire', 'handout', 'other']).meta({ example: 'wire' }),
      }),
    ),
    dateline: z
      .object({ place: z.string().meta({ example: 'Minsk, Belarus' }), date: CalendarDate.nullable() })
      .nullable(),
    translationOf: ArticleLink.nullable().meta({ description: 'The live story that this one translates.' }),
    translations: z.array(ArticleLink).meta({
      description:
        'The other live stories among the original and its translations, by language. Each of them lists this one.',
    }),
    related: z.array(ArticleLink).meta({ description: 'Live stories to read next.' }),
    corrections: z.array(Correction).meta({ description: 'The oldest first.' }),
    sections: z.array(Section),
  })
  .meta({ id: 'Article', description: 'A live story, whole: every image, quote and embed stands where it is used.' });
export type Article = z.output<typeof Article>;
