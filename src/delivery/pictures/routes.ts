import { z } from 'zod';
import { ladder, shapes } from '../../blocks/renditions.js';
import { pictureHeaders, shortLivedHeaders, signedPictureHeaders } from '../../http/headers.js';
import type { Api } from '../../http/operation.js';
import { publicOperation } from '../../http/public-operation.js';
import { sendFile } from '../../http/ranges.js';
import { DomainError } from '../../kernel/errors.js';
import { askedBy, contentTypes } from '../../media/renditions/service.js';
import type { PictureService } from './service.js';

const params = z.object({
  imageId: z.string().meta({ description: 'Id of the image.', example: '01852a5c-1c40-7b3e-9a51-4d2f8e6c0b17' }),
  version: z
    .string()
    .meta({ description: 'Of the picture; `renditions` of the image has it.', example: '5b2a90c4d1e7f386' }),
  frame: z.string().meta({
    description: `The shape, one of ${shapes.join(', ')}; before it, where a live story crops the picture, how.`,
    example: 'full',
  }),
  rendition: z.string().meta({
    description: `The width, one of ${ladder.join(', ')} or the largest there is, and the format: .avif, .webp, .jpg or .png, or none, for Accept to decide.`,
    example: '640.webp',
  }),
});

const query = z.strictObject({
  expires: z.string().optional().meta({ description: 'Of a signed address: when it ends.', example: '1767268800' }),
  signature: z.string().optional().meta({ description: 'Of a signed address.', example: 'Zm9v…' }),
});

const binary = z.string().meta({ description: 'The bytes.', example: '…' });
const others = [
  { mediaType: 'image/avif', description: 'AVIF.' },
  { mediaType: 'image/webp', description: 'WebP; moving where the picture is.' },
  { mediaType: 'image/png', description: 'PNG.' },
];
const answer = { schema: binary, mediaType: 'image/jpeg', others } as const;

/** Pictures as files. */
export function pictureRoutes(api: Api, pictures: PictureService): void {
  publicOperation(api, {
    group: 'Delivery',
    chapter: 'Pictures',
    path: '/media/{imageId}/{version}/{frame}/{rendition}',
    operationId: 'getPicture',
    summary: 'Get a picture',
    description:
      'One rendition of an image that a live story shows; its addresses stand in `renditions` of what Delivery gives. Others are 404, unless the address is signed, as the Management API and previews have them. Any size, shape or format that is not on its ladder is 404. An address from before the picture changed leads to the present one.',
    params,
    query,
    isConditional: true,
    isFile: true,
    answers: {
      200: { description: 'The picture.', ...answer, headers: ['ETag', 'Cache-Control'] },
      206: { description: 'The part of it that Range asks for.', ...answer, headers: ['ETag'] },
      307: { description: 'It has changed; it is there now.', headers: ['Location', 'Cache-Control'] },
    },
    errors: ['not_found', 'range_not_satisfiable'],
    handle: async ({ query: { expires, signature } }, request, reply) => {
      const { imageId, version, frame, rendition } = request.params as z.output<typeof params>;
      const asked = askedBy(frame, rendition);
      if (!asked) throw new DomainError('not_found', 'There is no such picture here.');
      const signed = signature === undefined ? undefined : { expires: expires ?? '', signature };
      const picture = await pictures.get({ imageId, version, asked, accept: request.headers.accept, signed });
      if ('version' in picture) {
        const file = `${picture.width}${asked.format === undefined ? '' : `.${asked.format}`}`;
        reply.headers({ ...shortLivedHeaders, location: `/media/${imageId}/${picture.version}/${frame}/${file}` });
        return reply.code(307).send();
      }
      const { format, isNegotiated, isSigned } = picture;
      const group = imageId.replaceAll('-', '');
      const headers = {
        ...(isSigned ? signedPictureHeaders : pictureHeaders),
        'content-type': contentTypes[format],
        'cache-groups': `"${group}"`,
        'surrogate-key': group,
        ...(isNegotiated && { vary: 'accept' }),
      };
      return sendFile(request, reply, { ...picture.rendition, headers });
    },
  });
}
