import { z } from 'zod';
import { Correction } from '../../blocks/story.js';
import { text } from '../../kernel/scalars.js';
import { By } from '../managed.js';

const { kind, text: words } = Correction.shape;

export const CorrectionDraft = z
  .strictObject({
    kind,
    text: text(5000, 1)
      .refine((value) => value === '' || value.trim() !== '', { error: 'is blank', params: { code: 'blank' } })
      .meta({ description: 'What readers are told.', example: words.meta()?.example }),
  })
  .meta({ id: 'CorrectionDraft' });
export type CorrectionDraft = z.output<typeof CorrectionDraft>;

export const ManagedCorrection = z
  .object({ ...Correction.shape, by: By })
  .meta({ id: 'ManagedCorrection', description: 'A note to readers, and who issued it. It stays for good.' });
export type ManagedCorrection = z.output<typeof ManagedCorrection>;
