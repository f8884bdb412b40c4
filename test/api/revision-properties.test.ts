// What must hold of any history: random stories are changed at random, over HTTP, and every pair of their versions is looked at.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { type StoryDraft, story } from '../support/arbitraries.js';
import { matching } from '../support/client.js';
import { applyDiff, type Story, type StoryBlock } from '../support/diffs.js';
import type { Members } from '../support/editing.js';
import { rounds } from '../support/rounds.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

type Draft = StoryDraft & Members;
const address = (id: string) => `/v1/manage/articles/${id}`;
const get = async (path: string) => (await app.as.viewer.get(path).expect(200)).body.data;

/** A version as a story, without the sections' own versions. */
async function contentAt(id: string, version: number): Promise<Story> {
  const { content } = await get(`${address(id)}/revisions/${version}`);
  return { ...content, sections: content.sections.map(({ version: _own, ...section }: Members) => section) };
}

/** A random rearrangement of what there is: which parts stay, in which order, and what is put in between. */
const change = fc.record({
  other: story,
  order: fc.infiniteStream(fc.nat(1000)),
  keep: fc.infiniteStream(fc.boolean()),
});
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

/** Takes some sections and blocks out, lets others change places, across sections too, and puts new ones in. */
function rearranged(now: Members & { sections: Members[] }, { other, order, keep }: Change): Members {
  const next = <T>(stream: fc.Stream<T>) => stream.next().value as T;
  const stays = () => next(keep) || next(keep);
  const kept = now.sections.filter(stays).map((section) => ({ ...section, blocks: [] as unknown[] }));
  const added = (other as Draft).sections.slice(0, 1 + (next(order) % 2));
  const sections: { blocks: unknown[] }[] = [...kept, ...added.map((section) => ({ ...section }))];
  const blocks = now.sections.flatMap((section) => section.blocks as StoryBlock[]).filter(stays);
  for (const block of blocks) {
    const target = sections[next(order) % sections.length]?.blocks ?? [];
    const isEdited = block.type === 'heading' && next(keep);
    target.splice(next(order) % (target.length + 1), 0, isEdited ? { ...block, text: `${block.text} again` } : block);
  }
  sections.sort(() => (next(order) % 3) - 1);
  const { headline, deck, tags } = other as Draft;
  return { ...now, sections, ...(next(keep) && { headline }), deck: deck ?? null, tags: tags ?? [] };
}

async function grow(draft: Draft, changes: readonly Change[]): Promise<{ id: string; versions: number }> {
  const created = await app.as.editor.post('/v1/manage/articles', draft).expect(201);
  const { id } = created.body.data;
  for (const step of changes) {
    const now = await app.as.editor.get(address(id)).expect(200);
    await app.as.editor.put(address(id), rearranged(now.body.data, step)).set(matching(now)).expect(200);
  }
  return { id, versions: (await get(address(id))).version };
}

describe('of any story, however it was changed', () => {
  it('the diff of two versions makes of the one the other, and of a version and itself tells nothing', async () => {
    await fc.assert(
      fc.asyncProperty(story, fc.array(change, { minLength: 1, maxLength: 3 }), async (draft, changes) => {
        const { id, versions } = await grow(draft as Draft, changes);
        const contents = await Promise.all(Array.from({ length: versions }, (_, i) => contentAt(id, i + 1)));
        for (const [i, before] of contents.entries()) {
          for (const [j, after] of contents.entries()) {
            const diff = await get(`${address(id)}/diff?from=${i + 1}&to=${j + 1}`);
            expect(applyDiff(before, diff)).toEqual(after);
            if (i === j) expect([diff.fields, diff.sections, diff.blocks]).toEqual([[], [], []]);
          }
        }
      }),
      { numRuns: rounds({ quick: 6, short: 25, long: 250 }), endOnFailure: true },
    );
  });

  it('any version can be restored, and is then what there is; its sections’ versions only rise', async () => {
    await fc.assert(
      fc.asyncProperty(story, fc.array(change, { minLength: 1, maxLength: 3 }), fc.nat(), async (draft, changes, n) => {
        const { id, versions } = await grow(draft as Draft, changes);
        const version = 1 + (n % versions);
        const now = await app.as.editor.get(address(id)).expect(200);
        const path = `${address(id)}/revisions/${version}/restore`;
        const restored = await app.as.editor.post(path).set(matching(now)).expect(200);
        const read = await get(address(id));
        expect(read).toEqual(restored.body.data);
        expect(restored.body.warnings).toEqual([]);
        const then = await contentAt(id, version);
        expect(read).toMatchObject(then);
        expect(await contentAt(id, read.version)).toEqual(then);
        const { data: history } = (await app.as.viewer.get(`${address(id)}/revisions?limit=100`).expect(200)).body;
        const writes = history.toReversed().flatMap(({ sections }: { sections: Members[] }) => sections);
        for (const [section, all] of Map.groupBy(writes as Members[], (write) => write.id)) {
          expect([section, all.map((write) => write.version)]).toEqual([section, all.map((_, i) => i + 1)]);
        }
      }),
      { numRuns: rounds({ quick: 8, short: 40, long: 400 }), endOnFailure: true },
    );
  });
});
