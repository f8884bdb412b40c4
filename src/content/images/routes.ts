import { Readable } from 'node:stream';
import { z } from 'zod';
import { fileTypes } from '../../blocks/image-file.js';
import { deliveredImage } from '../../blocks/library.js';
import { exampleOf } from '../../http/examples.js';
import { dataOf } from '../../http/lists.js';
import { dryRun, jsonBody, managedOperation, sendChanged, sendCreated } from '../../http/managed-operation.js';
import type { Api } from '../../http/operation.js';
import { fileUploads, formUpload, readForm } from '../../http/uploads.js';
import { invalid, notFound, unprocessable } from '../../kernel/errors.js';
import { jsonDepth } from '../../kernel/json.js';
import { violationsOf } from '../../kernel/violations.js';
import { type AddressService, SignedAddresses } from '../../media/addresses/signing.js';
import type { IntakeService } from '../../media/intake/service.js';
import { originalFormat } from '../../media/renditions/service.js';
import { exampleIds } from '../addresses.js';
import { libraryKinds } from '../library/kinds.js';
import type { LibraryService } from '../library/service.js';
import { reachShape } from '../propagation.js';
import type { ImageService } from './service.js';

const { Draft, Sent } = libraryKinds.image;
const path = '/v1/manage/images';
const chapter = { group: 'Management', chapter: 'Images' } as const;
const none = z.strictObject({});
const params = z.object({ id: z.string().meta({ description: 'Id of the image.', example: exampleIds.image }) });
const depthMax = 32;

const fromFile = {
  fromFile: z
    .array(z.string())
    .optional()
    .meta({
      description: 'With a file: pointers to the facts that were empty and are now as the file’s IPTC or XMP has them.',
      example: ['/caption', '/creditLine'],
    }),
};
const whatIsTaken =
  'JPEG, PNG, WebP, AVIF or GIF of up to 50 million pixels, of all frames together; what it is goes by its bytes and not by its name. Facts that are empty are taken from the file’s IPTC and XMP.';

/** Images with their files. The other routes of images are those of any kind of the library. */
export function imageRoutes(
  api: Api,
  library: LibraryService<'image'>,
  images: ImageService,
  intake: IntakeService,
  addresses: AddressService,
): void {
  managedOperation(api, {
    ...chapter,
    method: 'POST',
    path,
    operationId: 'createImage',
    summary: 'Add one to the images',
    description: `Adds a library image: its facts as JSON, or a form with its file and perhaps its facts. Stories refer to it by its id. ${whatIsTaken}`,
    role: 'editor',
    params: none,
    query: none,
    body: { schema: Draft, mediaTypes: jsonBody, isRequired: true, example: exampleOf(Draft) },
    uploads: [formUpload(Draft, exampleOf(Draft))],
    answers: {
      201: { description: 'The image.', schema: z.object({ data: Sent, ...fromFile }), headers: ['ETag', 'Location'] },
    },
    errors: [],
    handle: async ({ body, actor }, reply) => {
      if (body !== undefined) {
        const image = await library.create(body as Record<string, unknown>, actor);
        return sendCreated(reply, image, `${path}/${image.id}`);
      }
      const form = await readForm(reply.request);
      return intake.take(form.file, '/file', async (upload) => {
        const { changed, fromFile: filled } = await images.create(draftOf(await form.facts()), upload, actor);
        return { ...sendCreated(reply, changed.resource, `${path}/${changed.resource.id}`), fromFile: filled };
      });
    },
  });

  managedOperation(api, {
    ...chapter,
    method: 'PUT',
    path: `${path}/{id}/file`,
    operationId: 'putImageFile',
    summary: 'Give an image its file, or another one',
    description: `The body is the file. ${whatIsTaken} Every live story that uses the image shows it at once, with the rights and the reach of a PATCH. The same file again writes nothing.`,
    role: 'editor',
    params,
    query: z.strictObject({ dryRun }),
    target: ({ id }, actor) => library.authorizeChange(id, actor),
    ifMatch: 'required',
    uploads: fileUploads(fileTypes),
    answers: {
      200: {
        description: 'The image.',
        schema: z.object({ data: Sent, ...fromFile, ...reachShape }),
        headers: ['ETag'],
      },
    },
    errors: ['not_found'],
    handle: async ({ params: { id }, query, ifMatch, actor }, reply) =>
      intake.take(bodyOf(reply.request.body), '', async (upload) => {
        const { changed, fromFile: filled } = await images.putFile(id, upload, ifMatch, query.dryRun, actor);
        return { ...sendChanged(reply, changed), fromFile: filled };
      }),
  });

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path: `${path}/{id}/addresses`,
    operationId: 'getImageAddresses',
    summary: 'Where to see an image',
    description:
      'Addresses that show the picture, live or not, to whoever has them, until they end. They need no key, so that they can stand in a page; they stay the same for an hour.',
    role: 'viewer',
    params,
    query: none,
    target: ({ id }) => library.get(id),
    answers: { 200: { description: 'The addresses.', schema: dataOf(SignedAddresses) } },
    errors: ['not_found'],
    handle: async ({ params: { id } }) => {
      const { file, renditions } = deliveredImage(id, await library.get(id));
      if (!file || !renditions) throw notFound('file of image', id);
      return { data: await addresses.addressesOf(renditions, originalFormat(file)) };
    },
  });
}

/** The facts of a form. @throws `invalid`, `unprocessable` as for a body of JSON */
function draftOf(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  const wrong = (code: string, message: string) => [{ pointer: '/facts', code, message }];
  if (jsonDepth(text) > depthMax)
    throw unprocessable('The facts nest too deep.', wrong('too_deep', `nests deeper than ${depthMax}`));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid(wrong('invalid_format', 'is not JSON'));
  }
  const parsed = Draft.safeParse(value);
  if (parsed.success) return parsed.data as Record<string, unknown>;
  throw invalid(violationsOf(parsed.error).map((at) => ({ ...at, pointer: `/facts${at.pointer ?? ''}` })));
}

/** @throws `invalid` when there is none */
function bodyOf(body: unknown): Readable {
  if (body instanceof Readable) return body;
  throw invalid([{ pointer: '', code: 'required', message: 'is required: the bytes of the file' }]);
}
