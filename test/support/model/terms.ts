// Desks and tags: made by themselves when a story names them, or before; renamed for every live story at once.
import fc from 'fast-check';
import { expect } from 'vitest';
import { nameFromKey } from '../../../src/content/taxonomy/repository.js';
import { matching } from '../client.js';
import { type Area, stepsHeldBy } from './command.js';
import { type Newsroom, type Real, type Story, type Term, tell } from './newsroom.js';
import { requireStories } from './story-holds.js';

const pathOf = ({ kind, key }: Pick<Term, 'kind' | 'key'>) => `/v1/manage/${kind}s/${key}`;

function liveStoriesWith({ stories }: Newsroom, { kind, key }: Term): Story[] {
  return stories.filter(
    ({ state, shown }) =>
      state === 'live' && shown && (kind === 'desk' ? shown.desk === key : shown.tags.includes(key)),
  );
}

async function requireAsModelled({ terms }: Newsroom, { app }: Real): Promise<void> {
  for (const term of terms)
    expect((await app.as.viewer.get(pathOf(term)).expect(200)).body.data).toMatchObject({
      key: term.key,
      name: term.name,
    });
}

const kinds = ['desk', 'tag'] as const;
const ofKindMax = 6;
const names = fc.constantFrom('The world', 'Sport', 'Мир', 'News');
const step = stepsHeldBy(requireStories, requireAsModelled);

const creates = kinds.map((kind) =>
  step(
    `create a ${kind}`,
    ({ terms }) => (terms.filter((term) => term.kind === kind).length < ofKindMax ? [undefined] : []),
    fc.option(names, { nil: undefined }),
    async (_, name, newsroom, real) => {
      const key = `${kind}-no-${real.next()}`;
      const body = { key, ...(name !== undefined && { name }) };
      await real.app.as.editor.post(`/v1/manage/${kind}s`, body).expect(201);
      newsroom.terms.push({ kind, key, name: name ?? nameFromKey(key) });
    },
  ),
);

const createAgain = step(
  'create a term again',
  ({ terms }) => terms,
  names,
  async ({ kind, key }, name, _, { app }) => {
    await app.as.editor.post(`/v1/manage/${kind}s`, { key, name }).expect(409);
  },
);

const renames = kinds.map((kind) =>
  step(
    `rename a ${kind}`,
    ({ terms }) => terms.filter((term) => term.kind === kind),
    fc.record({ name: names, isEditor: fc.boolean() }),
    async (term, { name, isEditor }, newsroom, { app }) => {
      const users = liveStoriesWith(newsroom, term);
      const tag = matching(await app.as.viewer.get(pathOf(term)).expect(200));
      const answer = await app.as[isEditor ? 'editor' : 'publisher'].patch(pathOf(term), { name }).set(tag);
      expect(answer.status).toBe(isEditor && users.length > 0 ? 403 : 200);
      if (answer.status !== 200 || term.name === name) return;
      term.name = name;
      for (const { id } of users) tell(newsroom, 'updated', id);
    },
  ),
);

export const terms: Area = { steps: [...creates, createAgain, ...renames], requireAsModelled };
