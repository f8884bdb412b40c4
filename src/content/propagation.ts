// What a change to something that live stories show makes of them. Publishing does it; what editors change asks for it here.
import { z } from 'zod';
import { ArticleLink } from '../blocks/story.js';
import type { Actor } from '../kernel/actor.js';
import { Id, Instant } from '../kernel/scalars.js';
import type { Statement } from '../storage/store.js';
import { By } from './managed.js';
import type { UsedKind } from './where-used.js';

export const propagationStates = ['running', 'done'] as const;

export const Propagation = z
  .object({
    id: Id,
    kind: z
      .enum(['article', 'image', 'quote', 'embed', 'desk', 'tag', 'format'])
      .meta({ description: 'What changed; format is the program itself.', example: 'image' }),
    resourceId: z.string().meta({
      description: 'Id of what changed; for a desk or tag its key.',
      example: '01852a5c-1c40-7b3e-9a51-4d2f8e6c0b17',
    }),
    state: z.enum(propagationStates).meta({ example: 'running' }),
    total: z.int().meta({ description: 'Stories to compile anew, as counted at the start.', example: 5000 }),
    done: z.int().meta({ description: 'Stories compiled anew so far.', example: 1200 }),
    startedAt: Instant,
    startedBy: By,
    finishedAt: Instant.nullable(),
  })
  .meta({
    id: 'Propagation',
    description:
      'A change that reaches more live stories than one commit should carry. It goes on over restarts until every one shows it.',
  });
export type Propagation = z.output<typeof Propagation>;

/** How many of the stories that a change reaches are named. */
export const namedStoriesMax = 100;

export const Reach = z
  .object({
    count: z.int().meta({ description: 'How many live stories show it.', example: 1 }),
    stories: z.array(ArticleLink).meta({ description: `The first ${namedStoriesMax} of them.` }),
  })
  .meta({ id: 'Reach', description: 'The live stories that a change reaches.' });
export type Reach = z.output<typeof Reach>;

/** What an answer to such a change has beside the resource. */
export const reachShape = {
  reach: Reach.optional().meta({ description: 'Only of a dry run.' }),
  propagation: Propagation.optional().meta({
    description: 'Only when the change reaches more than 500 live stories: the job that brings it to them.',
  }),
};

/** A resource as a change left it, or as a dry run says it would. */
export interface Changed<Resource> {
  resource: Resource;
  reach?: Reach;
  propagation?: Propagation;
}

export interface Propagated {
  statements: Statement[];
  reach: Reach;
  /** Goes on after the commit; none when the statements do it all. */
  propagation: Propagation | undefined;
}

/** What publishing does for those who change something that live stories show. */
export interface Propagator<Cause> {
  /**
   * The statements that bring a change to the live stories that show the thing, for the commit of the change.
   * @throws `unprocessable` when it would make a live story break a rule of preflight
   */
  propagate(kind: UsedKind, id: string, cause: Cause, actor: Actor, at: string): Promise<Propagated>;
  /** Lets a propagation go on, if one was committed. */
  wake(): void;
}
