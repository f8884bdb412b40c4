// Bodies that are files: alone, or as the part of a form. They are streams; whoever takes them reads them.
import type { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DomainError, invalid } from '../kernel/errors.js';
import type { Upload } from './operation.js';

/** Of the part with the facts. */
const factsBytesMax = 64 * 1024;
const formType = 'multipart/form-data';
const binary = z.string().meta({ format: 'binary', description: 'The file.', example: '…' });

/** Reads uploads: the body of those is what its bytes come by. */
export function readUploads(app: FastifyInstance): void {
  const asStream = (_request: FastifyRequest, payload: unknown, done: (error: null, body: unknown) => void) =>
    done(null, payload);
  app.addContentTypeParser(/^image\//, asStream);
  app.addContentTypeParser(['application/octet-stream', formType], asStream);
}

/** Adds routes that take forms. They are for themselves, since what reads forms has hooks, which would take the time of all others. */
export async function withForms(app: FastifyInstance, addRoutes: (app: FastifyInstance) => void): Promise<void> {
  await app.register(async (own) => {
    own.removeContentTypeParser(formType);
    await own.register(multipart, { throwFileSizeLimit: false });
    addRoutes(own);
  });
}

/** A file that is the whole body, of any of the types. */
export function fileUploads(types: readonly string[]): Upload[] {
  return [...types, 'application/octet-stream'].map((mediaType) => ({ mediaType, schema: binary, example: '…' }));
}

/** A form with a file, and what to know of it as JSON. */
export function formUpload(facts: z.ZodType, example: unknown): Upload {
  const schema = z.object({
    file: binary,
    facts: facts.optional().meta({ description: 'As JSON. It may stand before the file or behind it.' }),
  });
  return { mediaType: formType, schema, example: { file: '…', facts: example } };
}

/** A form as it arrives: first the file, and when that has been read, what else there was. */
export interface Form {
  file: Readable;
  /** The text of the facts; undefined when there are none. To be asked when the file has been read. */
  facts(): Promise<string | undefined>;
}

/** @throws `invalid` for a form without a file, or with other parts than file and facts */
export async function readForm(request: FastifyRequest): Promise<Form> {
  const limits = { files: 1, fields: 1, parts: 2, fieldSize: factsBytesMax, fileSize: Infinity };
  const parts = readable(() => request.parts({ limits }));
  let facts: string | undefined;
  const next = async () => {
    const { value: part } = await parts.next().catch(refuseUnreadable);
    if (part === undefined) return undefined;
    if (part.type === 'file' && part.fieldname === 'file') return part.file;
    if (part.type === 'field' && part.fieldname === 'facts') {
      if (part.valueTruncated) throw wrong('/facts', 'too_big', `is longer than ${factsBytesMax / 1024} KB`);
      facts = typeof part.value === 'string' ? part.value : JSON.stringify(part.value);
      return next();
    }
    throw wrong(`/${part.fieldname}`, 'unknown_field', 'is no part of this form; send file and facts');
  };
  const file = await next();
  if (!file) throw wrong('/file', 'required', 'is required');
  return {
    file,
    async facts() {
      await next();
      return facts;
    },
  };
}

function readable<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    return refuseUnreadable(error);
  }
}

/** @throws `malformed` for a form that is none; what has a code of its own tells by that */
function refuseUnreadable(error: unknown): never {
  if ((error as { code?: string }).code !== undefined) throw error;
  throw new DomainError('malformed', `The form cannot be read: ${(error as Error).message}.`, { cause: error });
}

function wrong(pointer: string, code: string, message: string): DomainError {
  return invalid([{ pointer, code, message }]);
}
