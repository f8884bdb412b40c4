import { describe, expect, it } from 'vitest';
import { embed } from '../../../src/blocks/embed.js';
import { deliverBlock, readingTextOf, referencesOf, storeBlock } from '../../../src/blocks/index.js';
import { keepNothing, library, storeNothing } from '../../support/blocks.js';

const blockId = '01852a5c-9d00-7a11-8b22-0000000000b1';
const id = '01852a5c-1c40-7b3e-9a51-4d2f8e6c0b17';
const problems = (draft: object) =>
  embed.draft.safeParse({ type: 'embed', ...draft }).error?.issues.map(({ message }) => message);

describe('a block of kind embed', () => {
  it('names its resource by id or carries it, and never both or none', () => {
    expect(problems({ embedId: id })).toBeUndefined();
    expect(problems({ embed: { kind: 'video', provider: 'Host', title: 'Title' } })).toBeUndefined();
    expect(problems({})).toEqual(['give embedId or embed']);
    expect(problems({ embedId: id, embed: { kind: 'video', provider: 'Host', title: 'Title' } })).toEqual([
      'give embedId or embed, not both',
    ]);
    expect(problems({ embedId: 'no-uuid' })).toHaveLength(1);
  });

  it('puts an inline resource into the library', () => {
    const draft = embed.draft.parse({ type: 'embed', embed: { kind: 'video', provider: 'Host', title: 'Title' } });
    const paths: unknown[] = [];
    const block = storeBlock(
      draft,
      blockId,
      (kind, _inline, path) => {
        paths.push([kind, path]);
        return id;
      },
      storeNothing,
    );
    expect(paths).toEqual([['embed', ['embed']]]);
    expect(block).toEqual({ id: blockId, type: 'embed', embedId: id, label: null });
    expect(referencesOf(block)).toEqual([{ kind: 'embed', id, path: ['embedId'] }]);
  });

  it('is delivered with its resource whole', () => {
    const block = storeBlock(
      embed.draft.parse({ type: 'embed', embedId: id, label: 'WATCH' }),
      blockId,
      keepNothing,
      storeNothing,
    );
    const delivered = deliverBlock(block, library);
    expect(delivered).toEqual({ id: blockId, type: 'embed', label: 'WATCH', embed: library.embed(id) });
    expect(embed.delivered.safeParse(delivered).error).toBeUndefined();
    expect(readingTextOf(delivered)).toBe('');
  });

  it('refuses what is no duration and no address', () => {
    const inline = { kind: 'video', provider: 'Host', title: 'Title', duration: '2:04', url: 'ftp://x' };
    expect(
      embed.draft.safeParse({ type: 'embed', embed: inline }).error?.issues.map(({ path }) => path.join('/')),
    ).toEqual(['embed/url', 'embed/duration']);
  });
});
