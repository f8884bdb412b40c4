import type { z } from 'zod';
import { Id } from '../kernel/scalars.js';
import { InlineEmbed, InlineImage, InlineQuote, type ResourceKind } from './library.js';

/** The two fields by which a draft names a resource; `exactlyOne` checks that it uses one of them. */
export const imageReference = { imageId: Id.optional(), image: InlineImage.optional() };
export const quoteReference = { quoteId: Id.optional(), quote: InlineQuote.optional() };
export const embedReference = { embedId: Id.optional(), embed: InlineEmbed.optional() };

/** A Zod check: the draft names the resource either by id or inline. */
export function exactlyOne(kind: ResourceKind) {
  return (draft: Record<string, unknown>, context: z.RefinementCtx): void => {
    const count = [`${kind}Id`, kind].filter((name) => draft[name] !== undefined).length;
    if (count === 1) return;
    context.addIssue({
      code: 'custom',
      path: [`${kind}Id`],
      message: count === 0 ? `give ${kind}Id or ${kind}` : `give ${kind}Id or ${kind}, not both`,
      params: { code: count === 0 ? 'required' : 'ambiguous' },
    });
  };
}
