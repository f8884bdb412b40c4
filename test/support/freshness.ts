// Holds what readers get of a story to what the library, its neighbours and its publication say at this moment.

import { expect } from 'vitest';
import { deliveredImage } from '../../src/blocks/library.js';
import type { Clients, Members, Plural } from './editing.js';

interface Shown {
  plural: Plural;
  delivered: Members;
}

interface Delivered extends Members {
  id: string;
  leadImage: Members | null;
  translationOf: Members | null;
  related: Members[];
  translations: Members[];
  corrections: Members[];
  sections: { blocks: (Members & { spans?: Members[] })[] }[];
}

/** Every library resource in a delivered story, wherever it stands. */
function resourcesOf(story: Delivered): Shown[] {
  const blocks = story.sections.flatMap((section) => section.blocks);
  const places: [Plural, unknown][] = [
    ['images', story.leadImage],
    ...blocks.flatMap((block): [Plural, unknown][] => [
      ['images', block.image],
      ['quotes', block.quote],
      ['embeds', block.embed],
      ['images', (block.embed as Members | undefined)?.thumbnail],
      ...(block.spans ?? []).map((span): [Plural, unknown] => ['quotes', span.quote]),
    ]),
  ];
  return places.flatMap(([plural, delivered]) => (delivered ? [{ plural, delivered: delivered as Members }] : []));
}

async function requireFreshResource(
  { as, anybody }: Clients,
  story: Delivered,
  { plural, delivered }: Shown,
): Promise<void> {
  const { data } = (await as.viewer.get(`/v1/manage/${plural}/${delivered.id}`).expect(200)).body;
  const { version, createdAt, createdBy, updatedAt, updatedBy, thumbnailImageId, ...facts } = data;
  const { thumbnail, ...shown } = delivered;
  expect(shown).toEqual(plural === 'images' ? deliveredImage(facts.id, facts) : facts);
  expect((thumbnail as Members | null | undefined)?.id ?? null).toBe(thumbnailImageId ?? null);
  const { storyCount, stories, ...byItself } = (await anybody.get(`/v1/${plural}/${delivered.id}`).expect(200)).body
    .data;
  expect(byItself).toEqual(delivered);
  const { id, slug, language, headline, retracted } = story;
  expect(stories).toContainEqual({ id, slug, language, headline, retracted });
  expect(storyCount).toBe(stories.length);
}

/** The links to those of the articles that are live, as those are delivered themselves. */
async function linksTo({ anybody }: Clients, ids: string[]): Promise<Members[]> {
  const answers = await Promise.all(ids.map((id) => anybody.get(`/v1/articles/${id}`)));
  return answers
    .filter((answer) => answer.status === 200)
    .map(
      ({
        body: {
          data: { id, slug, language, headline, retracted },
        },
      }) => ({ id, slug, language, headline, retracted }),
    );
}

/**
 * Holds every public answer about a story, one of the twenty last published, to what compiling it now would give. Its working
 * copy must have no unpublished changes, and what it shows must be in no more than twenty stories.
 * @returns the story as delivered; undefined when it is not live
 */
export async function requireFresh(clients: Clients, id: string): Promise<Delivered | undefined> {
  const { as, anybody } = clients;
  const managed = (await as.viewer.get(`/v1/manage/articles/${id}`).expect(200)).body.data;
  const answer = await anybody.get(`/v1/articles/${id}`);
  const listed = (await anybody.get('/v1/articles').expect(200)).body.data;
  const summary = listed.find((item: Members) => item.id === id);
  if (managed.publication.state !== 'live') {
    expect(answer.status).toBe(managed.publication.state === 'withdrawn' ? 410 : 404);
    expect(summary).toBeUndefined();
    return undefined;
  }
  expect(answer.status).toBe(200);
  const story: Delivered = answer.body.data;
  expect(managed.publication.hasUnpublishedChanges).toBe(false);
  expect(story).toMatchObject({ slug: managed.slug, headline: managed.headline });
  expect(story).toMatchObject(summary);
  const told = managed.corrections.map(({ by: _by, ...correction }: Members) => correction);
  expect(story.corrections).toEqual(told);
  expect(story.retracted).toBe(told.some(({ kind }: Members) => kind === 'retraction'));
  for (const shown of resourcesOf(story)) await requireFreshResource(clients, story, shown);
  expect(story.related).toEqual(await linksTo(clients, managed.related));
  const [original = null] = managed.translationOf === null ? [] : await linksTo(clients, [managed.translationOf]);
  expect(story.translationOf).toEqual(original);
  return story;
}

/** Holds an original and its translations, all of them and no others, to what each says of the others. */
export async function requireFreshGroup({ anybody }: Clients, ids: string[]): Promise<void> {
  const answers = await Promise.all(ids.map((id) => anybody.get(`/v1/articles/${id}`)));
  const stories: Delivered[] = answers.flatMap(({ status, body }) => (status === 200 ? [body.data] : []));
  const links = stories
    .map(({ id, slug, language, headline, retracted }) => ({ id, slug, language, headline, retracted }))
    .sort((a, b) => (`${a.language} ${a.id}` < `${b.language} ${b.id}` ? -1 : 1));
  for (const { id, translations } of stories) expect(translations).toEqual(links.filter((link) => link.id !== id));
}
