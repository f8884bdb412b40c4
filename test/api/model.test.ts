// The life of stories, in any order of events, against a model that is plain objects in memory.
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { matching } from '../support/client.js';
import { rounds } from '../support/rounds.js';

interface Content {
  headline: string;
  sections: { id: string; heading: string }[];
}

interface Story {
  id: string;
  /** The working copy as it must be. */
  content: Content;
  /** What it was at each version that was seen. */
  history: Map<number, Content>;
  state: 'unpublished' | 'live' | 'withdrawn';
  isDeleted: boolean;
  /** The tag of the deletion, to undelete by. */
  deletedTag: string;
  /** What readers must get while it is live. */
  shown: Content | undefined;
  schedule: { id: string; version: number; content: Content } | undefined;
}

interface Model {
  stories: Story[];
}
interface Real {
  app: TestApp;
}
type Act = (story: Story, app: TestApp) => Promise<void>;

const copy = (content: Content): Content => structuredClone(content);
const address = ({ id }: Story) => `/v1/manage/articles/${id}`;
const hourMs = 3_600_000;

async function read(story: Story, app: TestApp) {
  return app.as.viewer.get(address(story)).expect(200);
}

/** Sends a write of the version that the story has now. */
async function write(story: Story, app: TestApp, method: 'post' | 'patch' | 'delete', suffix: string, body?: unknown) {
  const tag = matching(await read(story, app));
  const answer = await app.as.publisher[method](`${address(story)}${suffix}`, body).set(tag);
  // What is told of the article is what it is from now on.
  if (answer.body.data?.sections) expect((await read(story, app)).body.data).toEqual(answer.body.data);
  return answer;
}

async function writeSection(
  app: TestApp,
  id: string,
  method: 'post' | 'patch' | 'delete',
  suffix: string,
  body?: unknown,
) {
  const path = `/v1/manage/sections/${id}`;
  const tag = matching(await app.as.viewer.get(path).expect(200));
  return app.as.publisher[method](`${path}${suffix}`, body).set(tag);
}

/** Does something to one of the stories that there are; to nothing when there are none. */
class Command implements fc.AsyncCommand<Model, Real> {
  readonly #name: string;
  readonly #which: number;
  readonly #act: Act;

  constructor(name: string, which: number, act: Act) {
    this.#name = name;
    this.#which = which;
    this.#act = act;
  }

  check = ({ stories }: Readonly<Model>): boolean => stories.length > 0;
  toString = (): string => `${this.#name} ${this.#which}`;

  async run({ stories }: Model, { app }: Real): Promise<void> {
    const story = stories[this.#which % stories.length] as Story;
    await this.#act(story, app);
    await requireAsModelled(story, app);
  }
}

class Create implements fc.AsyncCommand<Model, Real> {
  readonly #headline: string;
  constructor(headline: string) {
    this.#headline = headline;
  }

  check = ({ stories }: Readonly<Model>): boolean => stories.length < 3;
  toString = (): string => `create ${this.#headline}`;

  async run({ stories }: Model, { app }: Real): Promise<void> {
    const sections = ['One', 'Two'].map((heading) => ({ heading, blocks: [{ type: 'paragraph', text: 'Words.' }] }));
    // A slug of its own: what a deleted draft was called is free for others, and undeleting it is refused then.
    const slug = `story-${randomUUID()}`;
    const draft = { slug, headline: this.#headline, language: 'en', desk: 'world', sections };
    const { data } = (await app.as.editor.post('/v1/manage/articles', draft).expect(201)).body;
    const kept = data.sections.map(({ id, heading }: { id: string; heading: string }) => ({ id, heading }));
    const story: Story = {
      id: data.id,
      content: { headline: this.#headline, sections: kept },
      history: new Map(),
      state: 'unpublished',
      isDeleted: false,
      deletedTag: '',
      shown: undefined,
      schedule: undefined,
    };
    stories.push(story);
    await requireAsModelled(story, app);
  }
}

/** Holds the server to the model: the working copy, its history so far, and what readers get. */
async function requireAsModelled(story: Story, app: TestApp): Promise<void> {
  const { id, content, history, state, isDeleted, shown } = story;
  if (isDeleted) await app.as.viewer.get(address(story)).expect(404);
  else {
    const { data } = (await read(story, app)).body;
    expect(contentOf(data)).toEqual(content);
    const isScheduled = state !== 'live' && story.schedule !== undefined;
    expect(data.publication.state).toBe(isScheduled ? 'scheduled' : state);
    expect(history.get(data.version) ?? content).toEqual(content);
    history.set(data.version, copy(content));
  }
  const expected = { unpublished: 404, live: 200, withdrawn: 410 }[state];
  const delivered = await app.anybody.get(`/v1/articles/${id}`).expect(expected);
  if (state === 'live') expect(contentOf(delivered.body.data)).toEqual(shown);
}

function contentOf({ headline, sections }: { headline: string; sections: { id: string; heading: string }[] }): Content {
  return { headline, sections: sections.map(({ id, heading }) => ({ id, heading })) };
}

/** Skips what a deleted story cannot have done to it. */
const whileThere =
  (act: Act): Act =>
  async (story, app) => {
    if (!story.isDeleted) await act(story, app);
  };

const acts = {
  patch: (headline: string) =>
    whileThere(async (story, app) => {
      expect((await write(story, app, 'patch', '', { headline })).status).toBe(200);
      story.content.headline = headline;
    }),
  patchStale: (headline: string) =>
    whileThere(async (story, app) => {
      const [oldest] = story.history.keys();
      const { version } = (await read(story, app)).body.data;
      if (oldest === undefined || oldest === version) return;
      const answer = await app.as.editor.patch(address(story), { headline }).set('if-match', `"${oldest}"`);
      expect([answer.status, answer.body.currentVersion]).toEqual([412, version]);
    }),
  addSection: (heading: string, first: boolean) =>
    whileThere(async (story, app) => {
      const after = first ? null : story.content.sections.at(-1)?.id;
      const body = { heading, blocks: [{ type: 'paragraph', text: 'More.' }], ...(after !== undefined && { after }) };
      const { data } = (await app.as.editor.post(`${address(story)}/sections`, body).expect(201)).body;
      story.content.sections[first ? 'unshift' : 'push']({ id: data.id, heading });
    }),
  patchSection: (heading: string, i: number) =>
    whileThere(async ({ content: { sections } }, app) => {
      const section = sections[i % Math.max(1, sections.length)];
      if (!section) return;
      expect((await writeSection(app, section.id, 'patch', '', { heading })).status).toBe(200);
      section.heading = heading;
    }),
  moveSection: (i: number) =>
    whileThere(async ({ content: { sections } }, app) => {
      const [section] = sections.splice(i % Math.max(1, sections.length), 1);
      if (!section) return;
      expect((await writeSection(app, section.id, 'post', '/move', { after: null })).status).toBe(200);
      sections.unshift(section);
    }),
  deleteSection: (i: number) =>
    whileThere(async ({ content: { sections } }, app) => {
      if (sections.length < 2) return;
      const [section] = sections.splice(i % sections.length, 1);
      expect((await writeSection(app, section?.id ?? '', 'delete', '')).status).toBe(204);
    }),
  publish: whileThere(async (story, app) => {
    expect((await write(story, app, 'post', '/publish', {})).status).toBe(200);
    story.state = 'live';
    story.shown = copy(story.content);
  }),
  withdraw: whileThere(async (story, app) => {
    const { status } = await write(story, app, 'post', '/withdraw', {});
    expect(status).toBe(story.state === 'unpublished' ? 409 : 200);
    // Who takes a story down does not want it back by itself.
    if (status !== 200) return;
    story.schedule = undefined;
    story.state = 'withdrawn';
  }),
  schedule: whileThere(async (story, app) => {
    const at = new Date(app.clock.now().getTime() + hourMs).toISOString();
    const { version } = (await read(story, app)).body.data;
    const { status, body } = await write(story, app, 'post', '/schedule', { action: 'publish', at });
    expect(status).toBe(story.schedule ? 409 : 201);
    if (status === 201) story.schedule = { id: body.data.id, version, content: copy(story.content) };
  }),
  cancel: whileThere(async (story, app) => {
    if (!story.schedule) return;
    const path = `/v1/manage/schedules/${story.schedule.id}`;
    await app.as.publisher
      .delete(path)
      .set(matching(await app.as.viewer.get(path).expect(200)))
      .expect(({ status }) => expect([200, 204]).toContain(status));
    story.schedule = undefined;
  }),
  restore: (i: number) =>
    whileThere(async (story, app) => {
      const versions = [...story.history.keys()];
      const version = versions[i % versions.length] ?? 0;
      expect((await write(story, app, 'post', `/revisions/${version}/restore`, {})).status).toBe(200);
      story.content = copy(story.history.get(version) as Content);
    }),
  delete: whileThere(async (story, app) => {
    const answer = await write(story, app, 'delete', '');
    const isFree = story.state !== 'live' && story.schedule === undefined;
    expect(answer.status).toBe(isFree ? 204 : 409);
    if (!isFree) return;
    story.isDeleted = true;
    story.deletedTag = answer.headers.etag ?? '';
  }),
  undelete: async (story: Story, app: TestApp) => {
    if (!story.isDeleted) return;
    await app.as.publisher
      .post(`${address(story)}/undelete`, {})
      .set('if-match', story.deletedTag)
      .expect(200);
    story.isDeleted = false;
  },
};

/** An hour passes, and what was planned is done: what has been published since is not set back. */
class HourPasses implements fc.AsyncCommand<Model, Real> {
  check = (): boolean => true;
  toString = (): string => 'an hour passes';

  async run({ stories }: Model, { app }: Real): Promise<void> {
    const planned = stories.filter(({ schedule }) => schedule !== undefined);
    const liveVersions = new Map<string, number | null>();
    for (const story of planned) liveVersions.set(story.id, (await read(story, app)).body.data.publication.liveVersion);
    app.clock.advance(hourMs + 1000);
    for (const story of planned) await this.#settle(story, liveVersions.get(story.id) ?? null, app);
  }

  async #settle(story: Story, liveVersion: number | null, app: TestApp): Promise<void> {
    const { id, version, content } = story.schedule ?? { id: '', version: 0, content: story.content };
    const stateOf = async () => (await app.as.viewer.get(`/v1/manage/schedules/${id}`).expect(200)).body.data.state;
    await expect.poll(stateOf).not.toBe('pending');
    const isShown = JSON.stringify(story.shown) === JSON.stringify(content);
    const isSuperseded = liveVersion !== null && liveVersion > version && !isShown;
    expect(await stateOf()).toBe(isSuperseded ? 'failed' : 'done');
    if (!isSuperseded) {
      story.state = 'live';
      story.shown = copy(content);
    }
    story.schedule = undefined;
    await requireAsModelled(story, app);
  }
}

const words = fc.constantFrom('Talks in Minsk', 'Gas and grain', 'Путин в Минске', 'A question', 'The end');
const index = fc.nat({ max: 5 });
const command = (name: string, act: fc.Arbitrary<Act>) =>
  fc.tuple(index, act).map(([which, acting]) => new Command(name, which, acting));
const commands = [
  words.map((headline) => new Create(headline)),
  command('patch', words.map(acts.patch)),
  command('patch stale', words.map(acts.patchStale)),
  command(
    'add a section',
    fc.tuple(words, fc.boolean()).map(([heading, first]) => acts.addSection(heading, first)),
  ),
  command(
    'patch a section',
    fc.tuple(words, index).map(([heading, i]) => acts.patchSection(heading, i)),
  ),
  command('move a section', index.map(acts.moveSection)),
  command('delete a section', index.map(acts.deleteSection)),
  command('publish', fc.constant(acts.publish)),
  command('withdraw', fc.constant(acts.withdraw)),
  command('schedule', fc.constant(acts.schedule)),
  command('cancel', fc.constant(acts.cancel)),
  command('restore', index.map(acts.restore)),
  command('delete', fc.constant(acts.delete)),
  command('undelete', fc.constant(acts.undelete)),
  fc.constant(new HourPasses()),
];

describe('stories, whatever happens to them in whatever order', () => {
  it('are what a model of plain objects says', async () => {
    const app = await startApp();
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 60, size: 'max' }), (some) =>
        fc.asyncModelRun(() => ({ model: { stories: [] }, real: { app } }), some),
      ),
      { numRuns: rounds({ quick: 10, short: 50, long: 500 }), endOnFailure: true },
    );
    await app.close();
  }, 1_800_000);
});
