// Working copies of stories: made, changed, put back, deleted and brought back.
import fc from 'fast-check';
import { expect } from 'vitest';
import { matching } from '../client.js';
import { deliveredAs, sendDocument } from '../imported.js';
import { type Area, nothing, stepsHeldBy } from './command.js';
import {
  type Block,
  type Content,
  type Newsroom,
  type Real,
  resourceOf,
  type Section,
  type Story,
  without,
} from './newsroom.js';
import { paragraph, placeOf, sentBlock } from './showing.js';
import { address, becomes, readStory, requireStories, thereAre, write } from './story-holds.js';

const storiesMax = 3;
const words = fc.constantFrom('Talks in Minsk', 'Gas and grain', 'Путин в Минске', 'A question', 'The end');
const index = fc.nat({ max: 5 });
/** What stands in a section beside its text: the resource with this number, with a caption of the story's own or without. */
const place = fc.record({ which: index, caption: fc.constantFrom(null, 'Seen from here.'), isText: fc.boolean() });

interface Beside {
  which: number;
  caption: string | null;
  isText: boolean;
}

/** A paragraph and, unless there is to be text alone, the place of a resource and of the one after it, or of all. */
function chosenBlocks({ resources }: Newsroom, beside: Beside | 'all'): Block[] {
  const there = resources.filter(({ isDeleted }) => !isDeleted);
  if (there.length === 0 || (beside !== 'all' && beside.isText)) return [paragraph('More.')];
  const caption = beside === 'all' ? null : beside.caption;
  const first = beside === 'all' ? 0 : beside.which % there.length;
  const chosen = beside === 'all' ? there : [...there, ...there].slice(first, first + 2);
  return [paragraph('Words.'), ...chosen.map(({ kind, id }) => placeOf(kind, id, caption))];
}

function termsOf(newsroom: Newsroom, which: number, real: Real): Pick<Content, 'desk' | 'tags'> {
  const keysOf = (kind: string) => newsroom.terms.filter((term) => term.kind === kind).map(({ key }) => key);
  const [desks, tags] = [keysOf('desk'), keysOf('tag')];
  const desk = which === 0 ? undefined : desks[which % Math.max(1, desks.length)];
  return { desk: desk ?? `desk-no-${real.next()}`, tags: tags.slice(0, which % 3) };
}

function adopt(newsroom: Newsroom, id: string, content: Content): Story {
  const story: Story = {
    id,
    content,
    history: new Map(),
    state: 'unpublished',
    isDeleted: false,
    deletedTag: '',
    deletedAt: 0,
    shown: undefined,
    published: undefined,
    liveVersion: null,
    seenSlugs: new Set(),
    corrections: [],
    plans: {},
    embargoUntil: 0,
    links: [],
  };
  newsroom.stories.push(story);
  return story;
}

function sentStory({ sections, ...fields }: Content): object {
  return {
    ...fields,
    language: 'en',
    sections: sections.map(({ id, heading, blocks }) => ({
      ...(id !== '' && { id }),
      heading,
      blocks: blocks.map(sentBlock),
    })),
  };
}

/** A slug of its own, that is no part of another. */
function newSlug(real: Real): string {
  return `story-no-${real.next()}x`;
}

function newSection(heading: string | null, blocks: Block[]): Section {
  return { id: '', anchor: '', heading, blocks };
}

const step = stepsHeldBy(requireStories);
const storyPlaces = ({ stories }: Newsroom): undefined[] => (stories.length < storiesMax ? [undefined] : []);

interface Draft {
  headline: string;
  which: number;
  beside: Beside | 'all';
}

export async function makeStory({ headline, which, beside }: Draft, newsroom: Newsroom, real: Real): Promise<Story> {
  const content: Content = {
    slug: newSlug(real),
    headline,
    ...termsOf(newsroom, which, real),
    sections: [newSection('One', [paragraph('Words.')]), newSection('Two', chosenBlocks(newsroom, beside))],
  };
  const { data } = (await real.app.as.editor.post('/v1/manage/articles', sentStory(content)).expect(201)).body;
  const story = adopt(newsroom, data.id, content);
  await becomes(story, content, newsroom, real);
  return story;
}

const create = step(
  'create a story',
  storyPlaces,
  fc.record({ headline: words, which: index, beside: place }),
  async (_, draft, newsroom, real) => void (await makeStory(draft, newsroom, real)),
);

/** A slug belongs to the story that has it, to one that readers knew by it, and to one that waits to go out with it. */
function ownerOf({ stories }: Newsroom, slug: string): Story | undefined {
  return stories.find(
    ({ isDeleted, content, seenSlugs, plans }) =>
      seenSlugs.has(slug) || (!isDeleted && content.slug === slug) || plans.publish?.content.slug === slug,
  );
}

const takeSlug = step(
  'take the slug of another',
  (newsroom) => (storyPlaces(newsroom).length > 0 ? newsroom.stories : []),
  words,
  async (other, headline, newsroom, real) => {
    const { slug } = other.content;
    newsroom.sharedSlugs.add(slug);
    const content: Content = {
      slug,
      headline,
      ...termsOf(newsroom, 1, real),
      sections: [newSection('One', [paragraph('Words.')])],
    };
    const answer = await real.app.as.editor.post('/v1/manage/articles', sentStory(content));
    expect(answer.status).toBe(ownerOf(newsroom, slug) ? 409 : 201);
    if (answer.status === 201) await becomes(adopt(newsroom, answer.body.data.id, content), content, newsroom, real);
  },
);

const importMarkdown = step('import Markdown', storyPlaces, words, async (_, headline, newsroom, real) => {
  const { desk } = termsOf(newsroom, 1, real);
  const document = `# ${headline}\n\nIt begins.\n\n## Then\n\nIt goes on.\n`;
  const { body } = await sendDocument(real.app, document, { query: `?language=en&desk=${desk}` }).expect(201);
  newsroom.sharedSlugs.add(body.data.slug);
  const sections = [newSection(null, [paragraph('It begins.')]), newSection('Then', [paragraph('It goes on.')])];
  const content: Content = { slug: body.data.slug, headline, desk, tags: [], sections };
  await becomes(adopt(newsroom, body.data.id, content), content, newsroom, real);
});

const importDelivered = step(
  'import what was delivered',
  (newsroom) => (storyPlaces(newsroom).length > 0 ? newsroom.stories.filter(({ state }) => state === 'live') : []),
  nothing,
  async ({ id, shown }, _, newsroom, real) => {
    if (!shown) return;
    newsroom.sharedSlugs.add(shown.slug);
    const { body } = await sendDocument(real.app, await deliveredAs(real.app, id, 'markdown')).expect(201);
    expect(body.data.id).not.toBe(id);
    newsroom.sharedSlugs.add(body.data.slug);
    const sections = shown.sections.map(({ heading, blocks }) =>
      newSection(
        heading,
        blocks.map((block) => ({ ...block, id: '' })),
      ),
    );
    const content = { ...shown, slug: body.data.slug, sections };
    await becomes(adopt(newsroom, body.data.id, content), content, newsroom, real);
  },
);

const replace = step(
  'replace',
  thereAre,
  fc.record({ headline: words, which: index, beside: place, isTurned: fc.boolean() }),
  async (story, { headline, which, beside, isTurned }, newsroom, real) => {
    const kept = story.content.sections.filter((_, i, all) => all.length < 3 || i !== which % all.length);
    const sections = [...(isTurned ? kept.toReversed() : kept), newSection('Put', chosenBlocks(newsroom, beside))];
    const content = { ...story.content, headline, ...termsOf(newsroom, which, real), sections };
    const answer = await write(story, real, 'put', '', sentStory(content));
    // What refers to what is there no more may stay where it stands.
    expect(answer.status).toBe(200);
    await becomes(story, content, newsroom, real);
  },
);

const patch = step(
  'patch',
  thereAre,
  fc.record({ headline: words, which: index }),
  async (story, { headline, which }, newsroom, real) => {
    const fields = { headline, ...(which < 3 && termsOf(newsroom, which, real)) };
    expect((await write(story, real, 'patch', '', fields)).status).toBe(200);
    await becomes(story, { ...story.content, ...fields }, newsroom, real);
  },
);

const patchSlug = step('give another slug', thereAre, nothing, async (story, _, newsroom, real) => {
  const slug = newSlug(real);
  expect((await write(story, real, 'patch', '', { slug })).status).toBe(200);
  await becomes(story, { ...story.content, slug }, newsroom, real);
});

const patchStale = step('patch stale', thereAre, words, async (story, headline, _, real) => {
  const [oldest] = story.history.keys();
  const { version } = (await readStory(story, real)).body.data;
  if (oldest === undefined || oldest === version) return;
  const answer = await real.app.as.editor.patch(address(story), { headline }).set('if-match', `"${oldest}"`);
  expect([answer.status, answer.body.currentVersion]).toEqual([412, version]);
});

const addSection = step(
  'add a section',
  thereAre,
  fc.record({ heading: words, isFirst: fc.boolean(), beside: place }),
  async (story, { heading, isFirst, beside }, newsroom, real) => {
    const { sections } = story.content;
    if (sections.length > 5) return;
    const after = isFirst ? null : sections.at(-1)?.id;
    const section = newSection(heading, chosenBlocks(newsroom, beside));
    const body = { heading, blocks: section.blocks.map(sentBlock), ...(after !== undefined && { after }) };
    await real.app.as.editor.post(`${address(story)}/sections`, body).expect(201);
    const next = isFirst ? [section, ...sections] : [...sections, section];
    await becomes(story, { ...story.content, sections: next }, newsroom, real);
  },
);

async function writeSection(
  id: string,
  method: 'post' | 'patch' | 'delete',
  suffix: string,
  real: Real,
  body?: unknown,
) {
  const path = `/v1/manage/sections/${id}`;
  const tag = matching(await real.app.as.viewer.get(path).expect(200));
  return real.app.as.editor[method](`${path}${suffix}`, body).set(tag);
}

const patchSection = step(
  'patch a section',
  thereAre,
  fc.record({ heading: words, i: index, beside: fc.option(place, { nil: undefined }) }),
  async (story, { heading, i, beside }, newsroom, real) => {
    const { sections } = story.content;
    const section = sections[i % Math.max(1, sections.length)];
    if (!section) return;
    // The first of its blocks stays, with its id.
    const blocks = beside ? [...section.blocks.slice(0, 1), ...chosenBlocks(newsroom, beside)] : section.blocks;
    const body = { heading, ...(beside && { blocks: blocks.map(sentBlock) }) };
    expect((await writeSection(section.id, 'patch', '', real, body)).status).toBe(200);
    const next = sections.map((one) => (one === section ? { ...section, heading, blocks } : one));
    await becomes(story, { ...story.content, sections: next }, newsroom, real);
  },
);

const moveSection = step('move a section', thereAre, index, async (story, i, newsroom, real) => {
  const { sections } = story.content;
  const section = sections[i % Math.max(1, sections.length)];
  if (!section) return;
  expect((await writeSection(section.id, 'post', '/move', real, { after: null })).status).toBe(200);
  const next = [section, ...sections.filter((one) => one !== section)];
  await becomes(story, { ...story.content, sections: next }, newsroom, real);
});

const deleteSection = step('delete a section', thereAre, index, async (story, i, newsroom, real) => {
  const { sections } = story.content;
  const section = sections[i % Math.max(1, sections.length)];
  if (!section || sections.length < 2) return;
  expect((await writeSection(section.id, 'delete', '', real)).status).toBe(204);
  await becomes(story, { ...story.content, sections: sections.filter((one) => one !== section) }, newsroom, real);
});

/** What comes back comes without what was erased since, which nothing can bring back. */
function withoutErased({ erased }: Newsroom, content: Content): Content {
  return without(content, (id) => erased.some((one) => one.id === id));
}

const restore = step('restore', thereAre, index, async (story, i, newsroom, real) => {
  const versions = [...story.history.keys()];
  const version = versions[i % versions.length] ?? 0;
  const was = withoutErased(newsroom, structuredClone(story.history.get(version) ?? story.content));
  const owner = ownerOf(newsroom, was.slug);
  const slug = owner === undefined || owner === story ? was.slug : story.content.slug;
  expect((await write(story, real, 'post', `/revisions/${version}/restore`, {})).status).toBe(200);
  await becomes(story, { ...was, slug }, newsroom, real);
});

const remove = step('delete', thereAre, nothing, async (story, _, newsroom, real) => {
  if (story.seenSlugs.size > 0) {
    const tag = matching(await readStory(story, real));
    await real.app.as.editor.delete(address(story)).set(tag).expect(403);
  }
  const answer = await write(story, real, 'delete', '');
  const isFree = story.state !== 'live' && !story.plans.publish && !story.plans.withdraw;
  expect(answer.status).toBe(isFree ? 204 : 409);
  if (!isFree) return;
  Object.assign(story, { isDeleted: true, deletedTag: answer.headers.etag ?? '', deletedAt: real.next() });
  if (!ownerOf(newsroom, story.content.slug))
    await real.app.as.viewer.get(`/v1/manage/articles/${story.content.slug}`).expect(404);
});

const undelete = step(
  'undelete',
  ({ stories }) => stories.filter(({ isDeleted }) => isDeleted),
  nothing,
  async (story, _, newsroom, real) => {
    const { content, deletedTag, deletedAt } = story;
    const bringBack = (body: object) =>
      real.app.as.publisher.post(`${address(story)}/undelete`, body).set('if-match', deletedTag);
    const owner = ownerOf(newsroom, content.slug);
    const isTaken = owner !== undefined && owner !== story;
    const lost = content.sections.flatMap(({ blocks }) => blocks.map(({ resource }) => resourceOf(newsroom, resource)));
    const isHindered = lost.some((resource) => resource?.isDeleted && resource.deletedAt > deletedAt);
    if (isTaken) await bringBack({}).expect(409);
    const slug = isTaken ? newSlug(real) : content.slug;
    await bringBack(isTaken ? { slug } : {}).expect(isHindered ? 422 : 200);
    if (isHindered) return;
    story.isDeleted = false;
    // Nobody else can take the slug any more.
    const { headline, desk } = content;
    await real.app.as.editor.post('/v1/manage/articles', { slug, headline, desk, language: 'en' }).expect(409);
    await becomes(story, { ...withoutErased(newsroom, content), slug }, newsroom, real);
    expect((await real.app.as.viewer.get(`/v1/manage/articles/${slug}`).expect(200)).body.data.id).toBe(story.id);
  },
);

export const stories: Area = {
  steps: [
    ...[create, takeSlug, importMarkdown, importDelivered, replace, patch, patchSlug, patchStale, addSection],
    ...[patchSection, moveSection, deleteSection, restore, remove, undelete],
  ],
  requireAsModelled: requireStories,
};
