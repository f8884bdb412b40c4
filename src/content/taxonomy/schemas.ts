import { z } from 'zod';
import { Key, line } from '../../kernel/scalars.js';
import { managedShape, readOnlyShape } from '../managed.js';

const name = line(100).meta({ description: 'To show to readers.', example: 'World' });
const { id: _id, ...versionedShape } = managedShape;
const liveStories = z.int().meta({ description: 'How many live stories have it.', example: 12 });
const readOnly = { key: Key, ...versionedShape, liveStories };
/** Names of the fields that a body may carry only as they are. */
export const termReadOnlyNames = Object.keys(readOnly);

export const TermDraft = z
  .strictObject({ key: Key, name: name.nullish().meta({ description: 'Made from the key when not given.' }) })
  .meta({ id: 'TermDraft' });
export type TermDraft = z.output<typeof TermDraft>;

export const TermPatch = z
  .strictObject({ ...readOnlyShape(readOnly), name: name.optional() })
  .meta({ id: 'TermPatch', description: 'JSON Merge Patch (RFC 7396). The key stays.' });
export type TermPatch = z.output<typeof TermPatch>;

export const ManagedTerm = z
  .object({ key: Key, name, ...versionedShape, liveStories })
  .meta({ id: 'ManagedTerm', description: 'A desk or a tag.' });
export type ManagedTerm = z.output<typeof ManagedTerm>;
