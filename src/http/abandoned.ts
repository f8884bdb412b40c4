import type { FastifyReply, FastifyRequest } from 'fastify';

/** Answers by what takes its time; when the client has gone meanwhile there is nobody to be told of it, nor anything to log. */
export async function answered(
  { signal }: FastifyRequest,
  reply: FastifyReply,
  answer: () => Promise<void>,
): Promise<void> {
  try {
    await answer();
  } catch (error) {
    if (!signal.aborted) throw error;
    reply.hijack();
  }
}
