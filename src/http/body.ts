import type { FastifyInstance } from 'fastify';
import { decoded, tooMuchOf } from '../kernel/documents.js';
import { DomainError } from '../kernel/errors.js';

/** A body that could not be read. Kept until what comes before it in the order of checks is checked. */
export class UnreadableBody {
  readonly error: DomainError;
  constructor(error: DomainError) {
    this.error = error;
  }
}

/** A body that is text and no JSON, as it was sent. */
export class TextBody {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const notUtf8 = () => new UnreadableBody(new DomainError('malformed', 'The body is not UTF-8.'));

/** Reads bodies of JSON and of Markdown, and no others: UTF-8 without loss; of JSON, no `__proto__`, nested to a bound and with no more items than one. An empty body is none. */
export function readJsonBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    ['application/json', 'application/merge-patch+json', 'application/vnd.iptc.ninjs+json'],
    { parseAs: 'buffer' },
    (request, bytes, done) => {
      if (bytes.length === 0) return done(null, undefined);
      const text = decoded(bytes);
      if (text === undefined) return done(null, notUtf8());
      const tooMuch = tooMuchOf(text, 'body');
      if (tooMuch !== undefined) return done(null, new UnreadableBody(tooMuch));
      parseJson(request, text, (error, value) => {
        if (error) done(null, new UnreadableBody(new DomainError('malformed', refusalOf(text))));
        else done(null, value);
      });
    },
  );
  app.addContentTypeParser<Buffer>('text/markdown', { parseAs: 'buffer' }, (_request, bytes, done) => {
    const text = decoded(bytes);
    done(null, text === undefined ? notUtf8() : new TextBody(text));
  });
}

/** Why a text is not taken for JSON, and where, as far as the engine tells. */
function refusalOf(text: string): string {
  try {
    JSON.parse(text);
  } catch (error) {
    return `The body is not JSON: ${(error as Error).message}`;
  }
  return 'The body is not accepted: it has a member __proto__, or constructor with a prototype.';
}
