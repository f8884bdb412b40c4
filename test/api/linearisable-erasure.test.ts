// What is erased while many save, publish and restore it through two servers never comes back.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createResource, type Members, type Plural } from '../support/editing.js';
import { seenElsewhere } from '../support/engine.js';
import { askErasure, cleared, type Erasable } from '../support/erasing.js';
import { History } from '../support/history.js';
import { startTwo, type TwoServers } from '../support/own-moments.js';
import { rounds } from '../support/rounds.js';
import { embed, image, liveStory, quote, shortStory } from '../support/stories.js';
import { Witness, wasCrowdedOut, workSideBySide } from '../support/witness.js';

const perServer = 3;
const times = rounds({ quick: 1, short: 4, long: 40 });

let two: TwoServers;
beforeAll(async () => {
  two = await startTwo();
});
afterAll(() => two.close());

interface Target {
  kind: Exclude<Erasable, 'article'>;
  id: string;
  /** A member that has the word. */
  member: string;
  /** A word of which nothing may be left. */
  word: string;
  /** What it was made of. */
  draft: Members;
  story: string;
  section: string;
}

const history = new History();
let erased: string | undefined;
let saved = 0;
let keys = 0;

class Saver extends Witness {
  act(target: Target): Promise<unknown> {
    const chance = this.chance();
    const { kind, id, member, word, draft, story, section } = target;
    const path = `${kind}s/${id}`;
    const gone = [404, 409, 410, 422];
    const inline = [{ type: kind, [kind]: { ...draft, id } }];
    const shown = [{ type: kind, [`${kind}Id`]: id }];
    if (chance < 0.2) return this.#save(path, { [member]: `${word} ${this.word()}` }, gone);
    if (chance < 0.35) return this.#restore(path, gone);
    if (chance < 0.45) return this.#save(`sections/${section}`, { blocks: inline }, gone);
    if (chance < 0.55) return this.#save(`sections/${section}`, { blocks: shown }, gone);
    if (chance < 0.65) return this.#restore(`articles/${story}`, gone);
    if (chance < 0.75) return this.#act(`articles/${story}`, '/publish', gone);
    if (chance < 0.9)
      return this.#post(shortStory({ sections: [{ blocks: this.chance() < 0.5 ? inline : shown }] }), id);
    return this.read(path);
  }

  async #save(path: string, body: Members, refusals: number[]): Promise<void> {
    if (await this.ask({ method: 'patch', path, body, refusals })) saved += 1;
  }

  async #act(path: string, suffix: string, refusals: number[]): Promise<void> {
    if (await this.ask({ method: 'post', path, suffix, body: {}, refusals, key: this.#key() })) saved += 1;
  }

  /** A key that no other request has: what is answered is kept with it. */
  #key(): string {
    keys += 1;
    return `key-${keys}`;
  }

  async #restore(path: string, refusals: number[]): Promise<void> {
    await this.#act(path, '/revisions/1/restore', refusals);
  }

  /** Posts a story with it, to be answered again. */
  async #post(body: Members, id: string): Promise<void> {
    const isErased = erased === id;
    const answer = await this.clients.as.editor.post('/v1/manage/articles', body).set('idempotency-key', this.#key());
    if (this.isCrowdedOut(answer)) return;
    expect(isErased ? [422] : [201, 422]).toContain(answer.status);
    if (answer.status === 201) saved += 1;
  }
}

/** Erases a thing, at whatever version it is, in the midst of the work of others. */
async function eraseAmidst({ kind, id }: Target): Promise<Members> {
  for (;;) {
    const answer = await askErasure(two.beside, kind, id, { uses: 'remove' });
    if (wasCrowdedOut(answer)) continue;
    const { status, body } = answer;
    expect([201, 412]).toContain(status);
    if (status !== 201) continue;
    erased = id;
    return body.data;
  }
}

const drafts: Record<Target['kind'], { plural: Plural; draft: Members; member: string }> = {
  image: { plural: 'images', draft: image, member: 'caption' },
  quote: { plural: 'quotes', draft: quote, member: 'text' },
  embed: { plural: 'embeds', draft: embed, member: 'title' },
};

describe('what is erased while many save it, show it, publish it and restore it', () => {
  it.each(['image', 'quote', 'embed'] as const)(
    'never comes back: %s',
    async (kind) => {
      const { plural, draft: plain, member } = drafts[kind];
      for (let round = 0; round < times; round++) {
        const word = `Zq9${kind}${round}erased`;
        const draft = { ...plain, [member]: `${plain[member]} ${word}` };
        const { id } = await createResource(two.app, plural, draft);
        const sections = [
          { blocks: [{ type: kind, [`${kind}Id`]: id }] },
          { heading: 'More', blocks: [{ type: 'paragraph', text: 'More of it.' }] },
        ];
        const body = shortStory({ sections: [{ blocks: [{ type: 'image', image }] }, ...sections] });
        const story = await liveStory(two.app, body);
        const target = { kind, id, member, word, draft, story: story.id, section: story.sections[1]?.id ?? '' };
        let erasure: Promise<Members> | undefined;
        await workSideBySide(
          [two.app, two.beside],
          { perServer, deeds: 10 },
          (clients, name) => new Saver(clients, `${name} of ${kind} ${round}`, history),
          (saver, deed) => {
            if (deed === 3) erasure ??= eraseAmidst(target);
            return saver.act(target);
          },
        );
        await cleared(two.app, (await erasure) ?? {});
        await seenElsewhere();
        for (const { as, anybody } of [two.app, two.beside]) {
          await as.viewer.get(`/v1/manage/${plural}/${id}`).expect(404);
          await anybody.get(`/v1/${plural}/${id}`).expect(404);
          expect((await anybody.get(`/v1/articles/${story.id}`).expect(200)).text).not.toContain(word);
        }
        expect(await two.app.raw.tablesWith(word)).toEqual([]);
        const inline = { type: kind, [kind]: { ...draft, id } };
        await two.app.as.editor
          .post('/v1/manage/articles', shortStory({ sections: [{ blocks: [inline] }] }))
          .expect(422);
      }
      expect(saved).toBeGreaterThan(0);
      console.log(`${saved} saves beside erasures`);
    },
    1_800_000,
  );
});
