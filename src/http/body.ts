import type { FastifyInstance } from 'fastify';
import { DomainError, unprocessable } from '../kernel/errors.js';
import { jsonDepth } from '../kernel/json.js';

export const bodyBytesMax = 1024 * 1024;
const depthMax = 32;

/** A body that could not be read. Kept until what comes before it in the order of checks is checked. */
export class UnreadableBody {
  readonly error: DomainError;
  constructor(error: DomainError) {
    this.error = error;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads JSON bodies, and no others: UTF-8 without loss, no `__proto__`, nested to a bound. An empty body is none. */
export function readJsonBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'buffer' },
    (request, bytes, done) => {
      if (bytes.length === 0) return done(null, undefined);
      let text: string;
      try {
        text = utf8.decode(bytes);
      } catch {
        return done(null, new UnreadableBody(new DomainError('malformed', 'The body is not UTF-8.')));
      }
      if (jsonDepth(text) > depthMax) {
        const errors = [{ pointer: '', code: 'too_deep', message: `nests deeper than ${depthMax} arrays and objects` }];
        return done(null, new UnreadableBody(unprocessable('The body nests too deep.', errors)));
      }
      parseJson(request, text, (error, value) => {
        if (error)
          done(
            null,
            new UnreadableBody(new DomainError('malformed', `The body is not JSON that is accepted: ${error.message}`)),
          );
        else done(null, value);
      });
    },
  );
}
