import { z } from 'zod';
import { DomainError } from '../kernel/errors.js';
import type { Api } from './operation.js';
import { publicOperation } from './public-operation.js';

const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
const Health = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });

/** Whether the server lives, and whether it can do its work. `isDraining` tells that it is about to stop. */
export function healthRoutes(api: Api, checkStore: () => Promise<void>, isDraining: () => boolean): void {
  const shared = {
    group: 'System',
    chapter: 'Health',
    query: z.strictObject({}),
    answers: { 200: { description: 'It is.', schema: Health } },
  } as const;

  publicOperation(api, {
    ...shared,
    path: '/healthz',
    operationId: 'getHealth',
    summary: 'Is the process alive?',
    description: 'Answers as long as the process can answer at all.',
    errors: [],
    handle: (_input, _request, reply) => reply.headers(headers).send({ status: 'ok' }),
  });

  publicOperation(api, {
    ...shared,
    path: '/readyz',
    operationId: 'getReadiness',
    summary: 'Can it serve?',
    description: 'Answers 503 while the store cannot be read or written, and once the server is shutting down.',
    errors: ['unavailable'],
    handle: async (_input, _request, reply) => {
      if (isDraining()) throw new DomainError('unavailable', 'The server is shutting down.');
      await checkStore();
      return reply.headers(headers).send({ status: 'ok' });
    },
  });
}
