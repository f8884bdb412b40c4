import { z } from 'zod';
import { DomainError } from '../kernel/errors.js';
import type { Api } from './operation.js';
import { publicOperation } from './public-operation.js';

const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
/** What the server works with, as far as it can be asked whether all is well with it. */
export interface Examined {
  store: { check(): Promise<void> };
  /** What readers are served from: the same, or a copy of it. */
  delivered: Examined['store'] & { publicSequence(): number | Promise<number> };
}

const ReadinessQuery = z.strictObject({
  for: z.literal('readers').optional().meta({
    description:
      'Asks only whether readers can be served, whatever becomes of editors meanwhile: for what sends readers here.',
    example: 'readers',
  }),
});
const Health = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });

/** Whether the server lives, and whether it can do its work. `isDraining` tells that it is about to stop. */
export function healthRoutes(api: Api, examined: Examined, isDraining: () => boolean): void {
  const shared = {
    group: 'System',
    chapter: 'Health',
    answers: { 200: { description: 'It is.', schema: Health } },
  } as const;

  publicOperation(api, {
    ...shared,
    path: '/healthz',
    query: z.strictObject({}),
    operationId: 'getHealth',
    summary: 'Is the process alive?',
    description: 'Answers as long as the process can answer at all.',
    errors: [],
    handle: (_input, _request, reply) => reply.headers(headers).send({ status: 'ok' }),
  });

  publicOperation(api, {
    ...shared,
    path: '/readyz',
    query: ReadinessQuery,
    operationId: 'getReadiness',
    summary: 'Can it serve?',
    description:
      'Answers 503 while the store cannot be read or written, or the replica that readers are served from cannot be read, and once the server is shutting down.',
    errors: ['unavailable'],
    handle: async ({ query }, _request, reply) => {
      if (isDraining()) throw new DomainError('unavailable', 'The server is shutting down.');
      await (query.for === 'readers' ? requireReadable(examined) : requireAll(examined));
      return reply.headers(headers).send({ status: 'ok' });
    },
  });
}

/** @throws `unavailable`, for want of room as well: it is about the server, not about what was asked */
async function requireAll({ store, delivered }: Examined): Promise<void> {
  try {
    await store.check();
  } catch (error) {
    const isFull = error instanceof DomainError && error.code === 'storage_full';
    throw isFull ? new DomainError('unavailable', 'There is no room left to store anything.', { cause: error }) : error;
  }
  if (delivered !== store) await requireReadable({ store, delivered });
}

/** @throws `unavailable` which says that it is about readers */
async function requireReadable({ delivered }: Examined): Promise<void> {
  try {
    await delivered.publicSequence();
  } catch (error) {
    throw new DomainError(
      'unavailable',
      'Readers cannot be served at the moment: what they are served from cannot be read.',
      {
        cause: error,
      },
    );
  }
}
