import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../src/kernel/actor.js';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { createResource, editSection, editStory, type Members, type Plural } from '../support/editing.js';
import { requireFresh } from '../support/freshness.js';
import { Gate } from '../support/gate.js';
import { createStory, image, liveStory, publishStory, shortStory } from '../support/stories.js';

const gate = new Gate();
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ wrapStore: gate.wrap });
});
afterAll(() => app.close());

type Story = Awaited<ReturnType<typeof createStory>>;
const address = (id: string) => `/v1/manage/articles/${id}`;
const read = async (id: string) => (await app.as.viewer.get(address(id)).expect(200)).body.data;
const revision = async (id: string, version: number) =>
  (await app.as.viewer.get(`${address(id)}/revisions/${version}`).expect(200)).body.data;

/** Asks to restore a version from the one that there is now. The answer is for the caller to judge. */
async function ask(id: string, version: number, role: Role = 'editor') {
  const now = await app.as.viewer.get(address(id)).expect(200);
  return app.as[role]
    .post(`${address(id)}/revisions/${version}/restore`)
    .set(matching(now))
    .set('x-actor', 'jane');
}
async function restore(id: string, version: number) {
  const response = await ask(id, version);
  expect(response.body).toMatchObject({ data: { id } });
  return response.body as { data: Story & Members; warnings: Members[] };
}

/** What was, as a revision tells it, but for versions and what the working copy cannot take back. */
function contentOf({ sections, ...story }: Members & { sections: Members[] }) {
  const { id, version, createdAt, createdBy, updatedAt, updatedBy, publication, corrections, ...fields } = story;
  return { ...fields, sections: sections.map(({ id, anchor, heading, blocks }) => ({ id, anchor, heading, blocks })) };
}

async function put(id: string, change: (story: Story & Members) => unknown): Promise<Story> {
  const before = await app.as.editor.get(address(id)).expect(200);
  return (await app.as.editor.put(address(id), change(before.body.data)).set(matching(before)).expect(200)).body.data;
}

/** Deletes a resource that nothing uses any more. */
async function remove(plural: Plural, id: string): Promise<void> {
  const { db, tables, commit } = app.store;
  const table = tables[plural] as typeof tables.images;
  await commit([{ query: db.update(table).set({ deletedAt: '2026-01-15T10:00:00.000Z' }).where(eq(table.id, id)) }]);
}

describe('POST /v1/manage/articles/{id}/revisions/{version}/restore', () => {
  it('makes the working copy what it was, as a new version, with the sections and blocks that it had', async () => {
    const story = await createStory(app, shortStory({ deck: 'First.', related: [(await createStory(app)).id] }));
    const { id } = story;
    const [opening, middle, end] = story.sections;
    await put(id, ({ sections: [, second, third], ...rest }) => ({
      ...{ ...rest, headline: 'Other', deck: null, related: [], tags: ['gas'], internalNote: 'Hm.' },
      sections: [third, { ...second, blocks: [{ type: 'paragraph', text: 'Other.' }] }, { heading: 'New' }],
    }));
    const before = await read(id);
    const { data, warnings } = await restore(id, 1);
    expect(warnings).toEqual([]);
    expect(contentOf(data)).toEqual(contentOf(story as never));
    expect(data.version).toBe(3);
    expect(data.sections.map(({ id: section, version }) => [section, version])).toEqual([
      [opening?.id, 3],
      [middle?.id, 3],
      [end?.id, 1],
    ]);
    expect(await read(id)).toEqual(data);
    const { fields, sections, action, by } = await revision(id, 3);
    expect([action, by.actor]).toEqual(['restore', 'jane']);
    expect(fields.toSorted()).toEqual(['/deck', '/headline', '/internalNote', '/related', '/sections', '/tags/0']);
    expect(sections.map((section: Members) => [section.id, section.version, section.action]).sort()).toEqual(
      [
        [opening?.id, 3, 'restore'],
        [middle?.id, 3, 'update'],
        [before.sections[2].id, 2, 'delete'],
      ].sort(),
    );
    const { data: log } = (await app.as.viewer.get(`/v1/manage/changes?article=${id}&action=restore`).expect(200)).body;
    expect(log).toMatchObject([{ action: 'restore', kind: 'article', version: 3, isPublic: false }]);
  });

  it('can be undone: the version before it can be restored, and the history stays', async () => {
    const { id } = await createStory(app);
    await put(id, ({ sections, ...rest }) => ({ ...rest, deck: 'Second.', sections: [...sections].reverse() }));
    const second = await revision(id, 2);
    await restore(id, 1);
    expect(contentOf((await restore(id, 2)).data)).toEqual(contentOf(second.content));
    expect(await revision(id, 2)).toEqual(second);
    const { data } = (await app.as.viewer.get(`${address(id)}/revisions`).expect(200)).body;
    expect(data.map(({ action }: Members) => action)).toEqual(['restore', 'restore', 'replace', 'create']);
  });

  it('writes nothing when the working copy is so already', async () => {
    const { id } = await liveStory(app);
    const before = await read(id);
    for (const version of [1, 2]) expect((await restore(id, version)).data).toEqual(before);
    expect((await app.as.viewer.get(`${address(id)}/revisions`).expect(200)).body.data).toHaveLength(2);
  });

  it('changes nothing for readers, and leaves nothing to publish when it brings back what they have', async () => {
    const story = await liveStory(app);
    await editStory(app, story.id, { headline: 'Other', slug: 'other-slug' });
    await editSection(app, story.sections[1]?.id ?? '', { heading: 'Other', blocks: [] });
    expect((await read(story.id)).publication.hasUnpublishedChanges).toBe(true);
    const { data } = await restore(story.id, 2);
    expect(data.publication).toMatchObject({ state: 'live', liveVersion: 2, hasUnpublishedChanges: false });
    expect(await requireFresh(app, story.id)).toMatchObject({ headline: 'A short story', slug: story.slug });
    expect((await publishStory(app, story.id)).version).toBe(data.version);
    await editStory(app, story.id, { deck: 'New.' });
    await publishStory(app, story.id);
    expect((await restore(story.id, 2)).data.publication).toMatchObject({ hasUnpublishedChanges: true });
  });

  it('takes the old slug back when it is free, and else keeps the present one and says so', async () => {
    const { id, slug } = await createStory(app, shortStory({ slug: 'first-slug' }));
    await editStory(app, id, { slug: 'second-slug' });
    expect((await restore(id, 1)).data.slug).toBe('first-slug');
    await editStory(app, id, { slug: 'third-slug' });
    const other = await createStory(app, shortStory({ slug }));
    const { data, warnings } = await restore(id, 1);
    expect(data.slug).toBe('third-slug');
    expect(warnings).toEqual([
      { pointer: '/slug', code: 'slug_taken', message: expect.stringContaining(`of article ${other.id}`) },
    ]);
    await app.as.editor.get('/v1/manage/articles/second-slug').expect(404);
  });

  it('does not break up a group of translations: then it stays what it is, and says so', async () => {
    const [original, other] = [await createStory(app), await createStory(app)];
    const story = await createStory(app, shortStory({ language: 'be', translationOf: original.id }));
    await editStory(app, story.id, { translationOf: null });
    expect((await restore(story.id, 1)).data.translationOf).toBe(original.id);
    await editStory(app, story.id, { translationOf: null });
    await editStory(app, original.id, { translationOf: other.id });
    const { data, warnings } = await restore(story.id, 1);
    expect(data.translationOf).toBeNull();
    expect(warnings).toEqual([
      { pointer: '/translationOf', code: 'original_kept', message: expect.stringContaining(other.id) },
    ]);
  });

  it('keeps the anchors that readers know, gives others back, and never two sections the same', async () => {
    const headed = (...headings: string[]) =>
      headings.map((heading) => ({ heading, blocks: [{ type: 'paragraph', text: 'Text.' }] }));
    const story = await createStory(app, shortStory({ sections: headed('Gas', 'War', 'Talks') }));
    const [gas, war, talks] = story.sections.map(({ id }) => id);
    // The first two change anchors, which readers have not seen; then one of them goes and the other is published.
    await put(story.id, ({ sections: [one, two, three], ...rest }) => ({
      ...rest,
      sections: [
        { ...one, heading: 'One' },
        { ...two, heading: 'Two' },
        { ...three, heading: 'Three' },
      ],
    }));
    await put(story.id, ({ sections: [one, two, three], ...rest }) => ({
      ...rest,
      sections: [{ ...one, heading: 'War' }, { ...two, heading: 'Gas' }, three],
    }));
    const swapped = await restore(story.id, 1);
    expect(swapped.warnings).toEqual([]);
    expect(swapped.data.sections.map(({ id, anchor }) => [id, anchor])).toEqual([
      [gas, 'gas'],
      [war, 'war'],
      [talks, 'talks'],
    ]);
    await put(story.id, ({ sections: [one, , three], ...rest }) => ({
      ...rest,
      sections: [
        { ...one, heading: 'War' },
        { ...three, heading: 'Peace talks' },
      ],
    }));
    await publishStory(app, story.id);
    const { data, warnings } = await restore(story.id, 1);
    expect(data.sections.map(({ id, anchor, heading }) => [id, anchor, heading])).toEqual([
      [gas, 'war', 'Gas'],
      [war, 'war-2', 'War'],
      [talks, 'peace-talks', 'Talks'],
    ]);
    expect(warnings).toMatchObject([
      { pointer: '/sections/0/anchor', code: 'anchor_kept' },
      { pointer: '/sections/1/anchor', code: 'anchor_kept' },
      { pointer: '/sections/2/anchor', code: 'anchor_kept' },
    ]);
  });
});

describe('restoring a story that refers to what is deleted', () => {
  const storyWith = async () => {
    const ids = [];
    for (let i = 0; i < 3; i++) ids.push((await createResource(app, 'images', image)).id);
    const [lead, placed, listed] = ids;
    const blocks = [
      { type: 'paragraph', text: 'Text.' },
      { type: 'image', imageId: placed },
      { type: 'aside', blocks: [{ type: 'gallery', images: [{ imageId: listed }] }] },
    ];
    const story = await createStory(app, shortStory({ leadImageId: lead, sections: [{ blocks }] }));
    await put(story.id, (now) => ({ ...now, leadImageId: null, sections: [] }));
    for (const id of ids) await remove('images', id);
    return { story, lead, placed, listed };
  };

  it('keeps the references and warns of each; publishing refuses them until they are mended', async () => {
    const { story, lead, placed, listed } = await storyWith();
    const { data, warnings } = await restore(story.id, 1);
    expect(contentOf(data)).toEqual(contentOf(story as never));
    expect(warnings.map(({ pointer, code, message }) => [pointer, code, message])).toEqual([
      ['/leadImageId', 'deleted_reference', expect.stringContaining(String(lead))],
      ['/sections/0/blocks/1/imageId', 'deleted_reference', expect.stringContaining(String(placed))],
      ['/sections/0/blocks/2/blocks/0/images/0/imageId', 'deleted_reference', expect.stringContaining(String(listed))],
    ]);
    const refused = await app.as.publisher
      .post(`${address(story.id)}/publish`)
      .set('if-match', '"3"')
      .expect(422);
    expect(refused.body.errors.map(({ pointer, code }: Members) => [pointer, code])).toEqual(
      warnings.map(({ pointer }) => [pointer, 'dangling_reference']),
    );
    expect((await restore(story.id, 1)).warnings).toEqual(warnings);
  });

  it('leaves it to be edited: what it refers to already may stay, and what is new may not be deleted', async () => {
    const { story, lead, placed } = await storyWith();
    await restore(story.id, 1);
    await editStory(app, story.id, { headline: 'Edited' });
    const [section] = (await read(story.id)).sections;
    const [paragraph, pictured, aside] = section.blocks;
    await editSection(app, section.id, { blocks: [pictured, paragraph, aside] });
    const { sections } = await put(story.id, ({ sections: [one], ...rest }) => ({
      ...rest,
      sections: [{ ...one, heading: 'New' }],
    }));
    expect(sections[0]?.blocks).toHaveLength(3);

    const other = await createStory(app);
    const path = `/v1/manage/sections/${other.sections[0]?.id}`;
    const blocks = [{ type: 'image', imageId: placed }];
    await app.as.editor.patch(path, { blocks }).set('if-match', '"1"').expect(422);
    await app.as.editor.patch(address(other.id), { leadImageId: lead }).set('if-match', '"1"').expect(422);
    await app.as.editor
      .patch(address(story.id), { leadImageId: placed })
      .set(matching(await app.as.editor.get(address(story.id))))
      .expect(422);
  });

  it('warns of stories that are deleted', async () => {
    const { db, tables, commit } = app.store;
    const [original, related] = [await createStory(app), await createStory(app)];
    const { id } = await createStory(app, shortStory({ translationOf: original.id, related: [related.id] }));
    await editStory(app, id, { translationOf: null, related: [] });
    for (const { id: other } of [original, related]) {
      const isOne = eq(tables.articles.id, other);
      await commit([{ query: db.update(tables.articles).set({ deletedAt: '2026-01-15T10:00:00.000Z' }).where(isOne) }]);
    }
    const { data, warnings } = await restore(id, 1);
    expect(data).toMatchObject({ translationOf: original.id, related: [related.id] });
    expect(warnings.map(({ pointer }) => pointer)).toEqual(['/translationOf', '/related/0']);
    await editStory(app, id, { deck: 'Edited.' });
  });
});

describe('who may restore, and when', () => {
  it('needs an editor, the version that was read, and a version that there is', async () => {
    const { id } = await createStory(app);
    await editStory(app, id, { deck: 'New.' });
    const path = `${address(id)}/revisions/1/restore`;
    await app.as.viewer.post(path).set('if-match', '"2"').expect(403);
    await app.as.editor.post(path).expect(428);
    await app.as.editor.post(path).set('if-match', '*').expect(428);
    const stale = await app.as.editor.post(path).set('if-match', '"1"').expect(412);
    expect(stale.body).toMatchObject({ currentVersion: 2, changed: ['/deck'] });
    await app.as.editor
      .post(`${address(id)}/revisions/3/restore`)
      .set('if-match', '"2"')
      .expect(404);
    await app.as.editor
      .post(`${address(id)}/revisions/x/restore`)
      .set('if-match', '"2"')
      .expect(404);
    expect((await read(id)).version).toBe(2);
  });

  it('lets one of 20 that restore or change the same version at once win', async () => {
    const story = await createStory(app);
    await editStory(app, story.id, { deck: 'New.' });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        i % 2 === 0
          ? app.as.editor.post(`${address(story.id)}/revisions/1/restore`).set('if-match', '"2"')
          : app.as.editor.patch(address(story.id), { deck: `By ${i}.` }).set('if-match', '"2"'),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(412)]);
    expect((await read(story.id)).version).toBe(3);
  });

  it('is refused, at whichever step a section is saved meanwhile, and loses nothing of that', async () => {
    for (let k = 1; k < 50; k++) {
      const story = await createStory(app);
      await editStory(app, story.id, { deck: 'New.' });
      const now = await app.as.viewer.get(address(story.id));
      const { result, wasInterrupted } = await gate.run(
        k,
        () => app.as.editor.post(`${address(story.id)}/revisions/1/restore`).set(matching(now)),
        () => editSection(app, story.sections[1]?.id ?? '', { heading: 'Saved meanwhile' }),
      );
      if (!wasInterrupted) {
        expect(k).toBeGreaterThan(8);
        return;
      }
      const after = await read(story.id);
      const heading = after.sections[1].heading;
      // The key is looked up first, and reading the answer comes last: there the save is before or after.
      if (result.status === 200) expect([after.deck, heading]).toEqual([null, 'Saved meanwhile']);
      else expect([result.status, after.deck, heading]).toEqual([412, 'New.', 'Saved meanwhile']);
    }
    throw new Error('Restoring came to no end.');
  });

  it('warns of an image that is deleted while it restores', async () => {
    let warned = 0;
    for (let k = 1; k < 50; k++) {
      const imageId = (await createResource(app, 'images', image)).id;
      const story = await createStory(app, shortStory({ sections: [{ blocks: [{ type: 'image', imageId }] }] }));
      await put(story.id, (now) => ({ ...now, sections: [] }));
      const now = await app.as.viewer.get(address(story.id));
      let wasFree = false;
      const { result, wasInterrupted } = await gate.run(
        k,
        () => app.as.editor.post(`${address(story.id)}/revisions/1/restore`).set(matching(now)),
        async () => {
          wasFree = (await read(story.id)).sections.length === 0;
          if (wasFree) await remove('images', imageId);
        },
      );
      if (!wasInterrupted) break;
      expect(result.status).toBe(200);
      expect(result.body.warnings).toHaveLength(wasFree ? 1 : 0);
      warned += result.body.warnings.length;
    }
    expect(warned).toBeGreaterThan(8);
  });
});
