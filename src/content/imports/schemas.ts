import { z } from 'zod';
import { resourceKinds } from '../../blocks/library.js';
import { Id, Key, Language } from '../../kernel/scalars.js';
import { ManagedArticle } from '../articles/schemas.js';

export const ImportChoices = z.strictObject({
  language: Language.optional().meta({
    description: 'The language of the story, whatever the document says. Needed where that says nothing.',
    example: 'en',
  }),
  desk: Key.optional().meta({
    description: 'The desk of the story, whatever the document says. Needed where that says nothing.',
    example: 'world',
  }),
});
export type ImportChoices = z.output<typeof ImportChoices>;

const NotCarried = z
  .object({
    pointer: z
      .string()
      .nullable()
      .meta({ description: 'RFC 6901 pointer into the ninjs.', example: '/bodies/0/value' }),
    line: z
      .int()
      .nullable()
      .meta({ description: 'Line of the Markdown, or of the text that the pointer leads to, from 1.', example: 12 }),
    code: z.string().meta({ description: 'The kind of loss.', example: 'html' }),
    message: z.string().meta({
      description: 'What was left out or changed, and why.',
      example: 'HTML is not taken over from Markdown: "<u>"',
    }),
  })
  .meta({ id: 'NotCarried', description: 'Something of the document that the draft has not.' });
export type NotCarried = z.output<typeof NotCarried>;

const ImportedResource = z
  .object({
    kind: z.enum(resourceKinds).meta({ example: 'image' }),
    id: Id,
    outcome: z
      .enum(['created', 'matched'])
      .meta({ description: 'matched: the library had it already, and keeps it as it is.', example: 'created' }),
  })
  .meta({ id: 'ImportedResource' });
export type ImportedResource = z.output<typeof ImportedResource>;

export const ImportAnswer = z
  .object({
    data: ManagedArticle,
    resources: z.array(ImportedResource).meta({ description: 'The images, quotes and embeds of the draft.' }),
    notCarried: z.array(NotCarried).meta({ description: 'What could not be carried over.' }),
  })
  .meta({ id: 'ImportedStory', description: 'A draft, and what became of the document that it was made of.' });
