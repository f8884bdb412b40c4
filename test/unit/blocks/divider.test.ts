import { describe, expect, it } from 'vitest';
import { divider } from '../../../src/blocks/divider.js';
import { problemsOf, throughAll } from '../../support/blocks.js';

const id = 'b1b1b1b1-0000-4000-8000-000000000001';

describe('a divider', () => {
  it('has nothing but its id', () => {
    expect(problemsOf(divider, { type: 'divider', style: 'stars' })).toEqual([['/style', 'unknown_field']]);
    const { managed, delivered, references, readingText } = throughAll({ type: 'divider' }, id);
    expect([managed, delivered, references, readingText]).toEqual([
      { id, type: 'divider' },
      { id, type: 'divider' },
      [],
      '',
    ]);
  });
});
