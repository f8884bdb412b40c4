import { z } from 'zod';
import {
  embedDraftShape,
  embedShape,
  fillEmbed,
  fillImage,
  fillQuote,
  focalPointShape,
  imageDraftShape,
  imageFactsShape,
  imageShape,
  quoteDraftShape,
  quoteShape,
  type ResourceFacts,
  type ResourceKind,
  requiredFields,
  speakerShape,
} from '../../blocks/library.js';
import { patchShape, sentShape } from '../../kernel/shapes.js';
import { type Managed, managedShape, readOnlyShape } from '../managed.js';

/** What one kind of library resource is; the service, the routes and the queries are the same for all. */
export interface LibraryKind<K extends ResourceKind> {
  readonly kind: K;
  /** Its table, and its part of the address. */
  readonly plural: `${K}s`;
  readonly noun: string;
  readonly factNames: readonly string[];
  /** Those of its facts that a body can tell. */
  readonly toldNames: readonly string[];
  readonly Draft: z.ZodType;
  readonly Patch: z.ZodType;
  readonly Sent: z.ZodType<Managed & ResourceFacts[K]>;
  /** What a revision keeps of it. */
  readonly Facts: z.ZodType<ResourceFacts[K]>;
  /** The complete facts of a parsed draft. */
  fill(draft: Record<string, unknown>): ResourceFacts[K];
  /** The images that the facts point at. */
  imageReferences(facts: ResourceFacts[K]): { id: string; pointer: string }[];
}

const image: LibraryKind<'image'> = {
  kind: 'image',
  plural: 'images',
  noun: 'image',
  factNames: Object.keys(imageFactsShape),
  toldNames: Object.keys(imageShape),
  Draft: z.strictObject(imageDraftShape).meta({ id: 'ImageDraft' }),
  Patch: z
    .strictObject({
      ...readOnlyShape({ ...managedShape, file: imageFactsShape.file }),
      ...patchShape(imageShape, requiredFields.image),
      focalPoint: z.strictObject(patchShape(focalPointShape, ['x', 'y'])).nullish(),
    })
    .meta({ id: 'ImagePatch', description: 'JSON Merge Patch (RFC 7396).' }),
  Sent: z.object({ ...managedShape, ...sentShape(imageFactsShape, ['decorative']) }).meta({ id: 'ManagedImage' }),
  Facts: z.object(sentShape(imageFactsShape, ['decorative'])).meta({ id: 'ImageFacts' }),
  fill: fillImage,
  imageReferences: () => [],
};

const quote: LibraryKind<'quote'> = {
  kind: 'quote',
  plural: 'quotes',
  noun: 'quote',
  factNames: Object.keys(quoteShape),
  toldNames: Object.keys(quoteShape),
  Draft: z.strictObject(quoteDraftShape).meta({ id: 'QuoteDraft' }),
  Patch: z
    .strictObject({
      ...readOnlyShape(managedShape),
      ...patchShape(quoteShape, requiredFields.quote),
      speaker: z.strictObject(patchShape(speakerShape, ['name'])).nullish(),
    })
    .meta({ id: 'QuotePatch', description: 'JSON Merge Patch (RFC 7396).' }),
  Sent: z.object({ ...managedShape, ...sentShape(quoteShape, requiredFields.quote) }).meta({ id: 'ManagedQuote' }),
  Facts: z.object(sentShape(quoteShape, requiredFields.quote)).meta({ id: 'QuoteFacts' }),
  fill: fillQuote,
  imageReferences: () => [],
};

const embed: LibraryKind<'embed'> = {
  kind: 'embed',
  plural: 'embeds',
  noun: 'embed',
  factNames: Object.keys(embedShape),
  toldNames: Object.keys(embedShape),
  Draft: z.strictObject(embedDraftShape).meta({ id: 'EmbedDraft' }),
  Patch: z
    .strictObject({ ...readOnlyShape(managedShape), ...patchShape(embedShape, requiredFields.embed) })
    .meta({ id: 'EmbedPatch', description: 'JSON Merge Patch (RFC 7396).' }),
  Sent: z.object({ ...managedShape, ...sentShape(embedShape, requiredFields.embed) }).meta({ id: 'ManagedEmbed' }),
  Facts: z.object(sentShape(embedShape, requiredFields.embed)).meta({ id: 'EmbedFacts' }),
  fill: fillEmbed,
  imageReferences: ({ thumbnailImageId }) =>
    thumbnailImageId === null ? [] : [{ id: thumbnailImageId, pointer: '/thumbnailImageId' }],
};

export const libraryKinds: { [K in ResourceKind]: LibraryKind<K> } = { image, quote, embed };
