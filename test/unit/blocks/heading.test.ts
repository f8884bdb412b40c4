import { describe, expect, it } from 'vitest';
import { heading } from '../../../src/blocks/heading.js';
import { problemsOf, throughAll } from '../../support/blocks.js';

describe('a heading', () => {
  it('stands two to four levels deep', () => {
    for (const level of [2, 3, 4]) expect(problemsOf(heading, { type: 'heading', level, text: 'Gas' })).toEqual([]);
    for (const level of [1, 5, 2.5, '2']) {
      expect(problemsOf(heading, { type: 'heading', level, text: 'Gas' }), String(level)).toHaveLength(1);
    }
    expect(problemsOf(heading, { type: 'heading', text: 'Gas' })).toHaveLength(1);
  });

  it('is one line that says something', () => {
    expect(problemsOf(heading, { type: 'heading', level: 2, text: ' ' })).toEqual([['/text', 'blank']]);
    expect(problemsOf(heading, { type: 'heading', level: 2, text: 'a\nb' })).toEqual([['/text', 'line_break']]);
  });

  it('is kept and delivered as it is, and read', () => {
    const { managed, delivered, references, readingText } = throughAll(
      { type: 'heading', level: 3, text: 'Gas' },
      'b1b1b1b1-0000-4000-8000-000000000001',
    );
    expect(managed).toEqual({ id: 'b1b1b1b1-0000-4000-8000-000000000001', type: 'heading', level: 3, text: 'Gas' });
    expect(delivered).toEqual(managed);
    expect([references, readingText]).toEqual([[], 'Gas']);
  });
});
