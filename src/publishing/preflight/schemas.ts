import { z } from 'zod';
import { resourceKinds } from '../../blocks/library.js';
import { Id } from '../../kernel/scalars.js';
import { severities } from './rule.js';

export const Finding = z
  .object({
    code: z.string().meta({ description: 'Which rule found it.', example: 'missing_transcript' }),
    severity: z
      .enum(severities)
      .meta({ description: 'An error keeps the story from being published, a warning does not.', example: 'warning' }),
    pointer: z.string().meta({
      description: 'RFC 6901 pointer into the story as the Management API sends it.',
      example: '/sections/3/blocks/4/embedId',
    }),
    message: z.string().meta({
      example: 'video 01852a5c-ebf0-70cb-b693-81e4dc3f952a has neither transcript nor captions',
    }),
    help: z.string().meta({
      description: 'How to mend it.',
      example: 'Give the media a transcript, or the address of its captions, for those who cannot hear it.',
    }),
    resource: z
      .object({
        kind: z.enum(resourceKinds).meta({ example: 'embed' }),
        id: Id.meta({ example: '01852a5c-ebf0-70cb-b693-81e4dc3f952a' }),
        pointer: z.string().meta({ description: 'RFC 6901 pointer into the resource.', example: '/transcript' }),
      })
      .nullable()
      .meta({ description: 'What of the library is at fault at that place; null when it is the story itself.' }),
  })
  .meta({ id: 'Finding', description: 'One place of a story that a rule of preflight found fault with.' });

export const PreflightReport = z
  .object({
    articleId: Id,
    version: z.int().min(1).meta({ description: 'The version that was looked at.', example: 3 }),
    publishable: z.boolean().meta({ description: 'Whether there are no errors among the findings.', example: true }),
    findings: z.array(Finding).meta({ description: 'Errors first.' }),
  })
  .meta({
    id: 'PreflightReport',
    description: 'What keeps a story from being published, and what should be looked at.',
  });
export type PreflightReport = z.output<typeof PreflightReport>;
