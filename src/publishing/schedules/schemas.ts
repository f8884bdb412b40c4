import { z } from 'zod';
import { scheduledActions } from '../../content/articles/schemas.js';
import { CorrectionDraft } from '../../content/corrections/schemas.js';
import { managedShape, readOnlyShape } from '../../content/managed.js';
import { Id, Instant } from '../../kernel/scalars.js';
import { patchShape } from '../../kernel/shapes.js';

export const scheduleStates = ['pending', 'done', 'failed', 'cancelled'] as const;

const action = z.enum(scheduledActions).meta({ example: 'publish' });
const at = Instant.meta({
  description: 'When it is to be done: in the future, at most ten years ahead.',
  example: '2036-12-19T17:05:00.000Z',
});
/** What else the publication is asked for; a withdrawal is asked for nothing. */
const optionShape = {
  publishedAt: Instant.meta({
    description: 'As with publish: an instant before `at`, for archives.',
    example: '2022-12-19T17:05:00.000Z',
  }),
  minor: z.boolean().meta({ description: 'As with publish: whether contentUpdatedAt stays as it is.', example: false }),
};
const correctionDescription =
  'As with publish: what readers are told of the change, from the moment they get it. It is never minor.';
const sentOptionShape = {
  publishedAt: optionShape.publishedAt.nullable(),
  minor: optionShape.minor,
  correction: CorrectionDraft.nullable().meta({ description: correctionDescription, example: null }),
};
const ScheduleOptions = z.object(sentOptionShape);
export type ScheduleOptions = z.output<typeof ScheduleOptions>;

export const ScheduleRequest = z
  .strictObject({
    action,
    at,
    publishedAt: optionShape.publishedAt.nullish(),
    minor: optionShape.minor.nullish(),
    correction: CorrectionDraft.nullish().meta({ description: correctionDescription }),
  })
  .meta({ id: 'ScheduleRequest' });
export type ScheduleRequest = z.output<typeof ScheduleRequest>;

const failureShape = {
  code: z.string().meta({
    description: 'preflight_failed, unprocessable, superseded, not_live or deleted.',
    example: 'preflight_failed',
  }),
  detail: z.string().meta({ example: 'The story is not fit to be published yet; see errors.' }),
  errors: z
    .array(
      z.object({
        pointer: z.string().nullable().meta({ example: '/sections/0/blocks/0/imageId' }),
        code: z.string().meta({ example: 'missing_alt' }),
        message: z.string().meta({ example: 'image needs an alt text, or to be marked decorative' }),
        help: z.string().nullable().meta({ description: 'How to mend it.', example: 'Give the image an alt text.' }),
      }),
    )
    .meta({ description: 'Each place of the story that was not fit.' }),
};
const Failure = z
  .object(failureShape)
  .meta({ id: 'FiringFailure', description: 'Why a schedule could not do its work.' });
export type Failure = z.output<typeof Failure>;

const articleVersion = z.int().min(1).meta({
  description:
    'The article’s version that is published, whatever is edited later. A withdrawal takes down what is live.',
  example: 3,
});
const readOnly = {
  ...managedShape,
  articleId: Id,
  article: z
    .object({
      slug: z.string().meta({ example: 'putin-lukashenko-minsk-december-2022' }),
      headline: z.string().nullable().meta({ example: 'Putin in Belarus for talks' }),
      version: z.int().meta({ example: 4 }),
    })
    .meta({ description: 'The working copy as it is now.' }),
  action,
  state: z.enum(scheduleStates).meta({ example: 'pending' }),
  failure: Failure.nullable().meta({ description: 'Why it failed; it is not tried again.', example: null }),
  settledAt: Instant.nullable().meta({ description: 'When it was done, failed or was cancelled.', example: null }),
};
/** Names of the fields that a body may carry only as they are. */
export const scheduleReadOnlyNames = Object.keys(readOnly);

export const SchedulePatch = z
  .strictObject({
    ...readOnlyShape(readOnly),
    at: at.optional(),
    articleVersion: articleVersion.optional().meta({
      description: 'The article’s current version, to publish what has been edited since; or as it was read.',
    }),
    ...patchShape(optionShape, []),
    correction: z
      .strictObject(patchShape(CorrectionDraft.shape, ['kind', 'text']))
      .nullish()
      .meta({ description: correctionDescription }),
  })
  .meta({ id: 'SchedulePatch', description: 'JSON Merge Patch (RFC 7396).' });
export type SchedulePatch = z.output<typeof SchedulePatch>;

export const Schedule = z
  .object({
    ...readOnly,
    articleVersion,
    at,
    ...sentOptionShape,
  })
  .meta({ id: 'Schedule', description: 'A version that is published, or a story that is withdrawn, at an instant.' });
export type Schedule = z.output<typeof Schedule>;

/** What lists of schedules can be asked for. */
export const scheduleFilters = {
  state: z.enum(scheduleStates).optional().meta({ description: 'Only those that are so.', example: 'pending' }),
  action: action.optional().meta({ description: 'Only those that do this.', example: 'publish' }),
  from: Instant.optional().meta({ description: 'At this instant or later.', example: '2026-01-15T09:00:00.000Z' }),
  to: Instant.optional().meta({ description: 'Before this instant.', example: '2026-01-16T09:00:00.000Z' }),
};
export type ScheduleFilters = z.output<z.ZodObject<typeof scheduleFilters>>;
