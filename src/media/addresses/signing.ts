// Short-lived addresses of pictures that are not, or not yet, for everybody: for who edits them, and who has a preview link.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { type Pictured, Renditions, renditionsAt, withAddresses } from '../../blocks/renditions.js';
import type { Clock } from '../../kernel/clock.js';
import { Instant } from '../../kernel/scalars.js';
import type { Store } from '../../storage/store.js';
import { findPicturedAt, findSecret } from './repository.js';

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

  const getSecret = () => {
    secret ??= findSecret(store, 'media');
    return secret;
  };

  /** The full hour after the next, so that addresses stay the same for an hour and can be kept by who sees them. */
  function nextExpiry(): number {
    return (Math.floor(clock.now().getTime() / hourMs) + 2) * (hourMs / 1000);
  }

  /** What gives an address the signature that it needs. */
  async function signer(): Promise<(address: string) => string> {
    const key = await getSecret();
    const expires = String(nextExpiry());
    return (address) => {
      const [, imageId = '', version = '', view = ''] = place.exec(address) ?? [];
      return `${address}?expires=${expires}&signature=${signatureOf(key, [imageId, version, view, expires])}`;
    };
  }

  /** An address that holds for whoever gets it, whether or not what shows the picture is live. */
  async function signed(address: string): Promise<string> {
    return (await signer())(address);
  }

  /** A story, or any part of one, with addresses that hold for whoever gets it, whether or not it is live. */
  async function sign<Value>(value: Value): Promise<Value> {
    return withAddresses(value, await signer());
  }

  /** Whether an address was made here, for this, and has not ended. */
  async function holds(
    imageId: string,
    version: string,
    view: string,
    { expires, signature }: Signed,
  ): Promise<boolean> {
    if (!/^\d{1,12}$/.test(expires) || Number(expires) * 1000 <= clock.now().getTime()) return false;
    const sent = Buffer.from(signature);
    const right = Buffer.from(signatureOf(await getSecret(), [imageId, version, view, expires]));
    return sent.length === right.length && timingSafeEqual(sent, right);
  }

  /** Where an image is to be had now, given where it will be once it is live. */
  async function addressesOf(renditions: Renditions, format: string): Promise<z.output<typeof SignedAddresses>> {
    const sign = await signer();
    const original = renditions.template.replace('{shape}/{width}.{format}', `full/original.${format}`);
    return {
      expiresAt: new Date(nextExpiry() * 1000).toISOString(),
      original: sign(original),
      renditions: renditionsAt(renditions, sign),
    };
  }

  /** The image that an address was made for, as it was then: from where it was made, so that it is there at once. */
  function pictured(imageId: string, version: string): Promise<Pictured | undefined> {
    return findPicturedAt(store, imageId, version);
  }

  return { sign, signed, holds, addressesOf, pictured };
}

function signatureOf(secret: string, parts: readonly string[]): string {
  return createHmac('sha256', secret).update(parts.join('\n')).digest('base64url');
}
