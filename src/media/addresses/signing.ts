// Short-lived addresses of pictures that are not, or not yet, for everybody: for who edits them, and who has a preview link.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { Renditions } from '../../blocks/renditions.js';
import type { Clock } from '../../kernel/clock.js';
import { Instant } from '../../kernel/scalars.js';
import type { Store } from '../../storage/store.js';
import { findSecret } from './repository.js';

const hourMs = 3_600_000;
const place = /^\/media\/([^/?]+)\/([^/?]+)\/(?:([^/?]*)_)?[^/?_]+\//;

export interface Signed {
  expires: string;
  signature: string;
}

export const SignedAddresses = z
  .object({
    expiresAt: Instant.meta({ description: 'When the addresses end.' }),
    original: z.string().meta({
      description: 'The picture at its full size, decoded and written anew, without the place it was taken at.',
      example: '/media/01852a5c-1c40-7b3e-9a51-4d2f8e6c0b17/5b2a90c4d1e7f386/full/original.jpg?expires=1&signature=…',
    }),
    renditions: Renditions,
  })
  .meta({ id: 'SignedAddresses', description: 'Where a picture is to be had for the next hour or two, live or not.' });

export type AddressService = ReturnType<typeof addressService>;

export function addressService(store: Store, clock: Clock) {
  let secret: Promise<string> | undefined;

  async function signatureOf(imageId: string, version: string, view: string, expires: string): Promise<string> {
    secret ??= findSecret(store, 'media');
    const text = [imageId, version, view, expires].join('\n');
    return createHmac('sha256', await secret)
      .update(text)
      .digest('base64url');
  }

  /** The full hour after the next, so that addresses stay the same for an hour and can be kept by who sees them. */
  function nextExpiry(): number {
    return (Math.floor(clock.now().getTime() / hourMs) + 2) * (hourMs / 1000);
  }

  async function signed(address: string): Promise<string> {
    const [, imageId = '', version = '', view = ''] = place.exec(address) ?? [];
    const expires = String(nextExpiry());
    return `${address}?expires=${expires}&signature=${await signatureOf(imageId, version, view, expires)}`;
  }

  async function signedRenditions(renditions: Renditions): Promise<Renditions> {
    const { src, srcset, template } = renditions;
    return {
      ...renditions,
      src: await signed(src),
      srcset: await Promise.all(srcset.map(async (source) => ({ ...source, url: await signed(source.url) }))),
      template: await signed(template),
    };
  }

  /** A story, or any part of one, with addresses that hold for whoever gets it, whether or not it is live. */
  async function sign<Value>(value: Value): Promise<Value> {
    if (Array.isArray(value)) return (await Promise.all(value.map(sign))) as Value;
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).map(async ([name, member]) => [
      name,
      name === 'renditions' && member !== null ? await signedRenditions(member) : await sign(member),
    ]);
    return Object.fromEntries(await Promise.all(members));
  }

  /** Whether an address was made here, for this, and has not ended. */
  async function holds(
    imageId: string,
    version: string,
    view: string,
    { expires, signature }: Signed,
  ): Promise<boolean> {
    if (!/^\d{1,12}$/.test(expires) || Number(expires) * 1000 <= clock.now().getTime()) return false;
    const [sent, right] = [signature, await signatureOf(imageId, version, view, expires)].map((text) =>
      Buffer.from(text),
    );
    return sent !== undefined && right !== undefined && sent.length === right.length && timingSafeEqual(sent, right);
  }

  /** Where an image is to be had now, given where it will be once it is live. */
  async function addressesOf(renditions: Renditions, format: string): Promise<z.output<typeof SignedAddresses>> {
    const original = renditions.template.replace('{shape}/{width}.{format}', `full/original.${format}`);
    return {
      expiresAt: new Date(nextExpiry() * 1000).toISOString(),
      original: await signed(original),
      renditions: await signedRenditions(renditions),
    };
  }

  return { sign, holds, addressesOf };
}
