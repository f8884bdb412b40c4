// Clients that write and read without a pause while servers come and go, and know afterwards what must be there and what must not.
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { shortStory } from './stories.js';

const articles = '/v1/manage/articles';

/** What became of a request: an answer, a connection that was not made, or one that broke before anything was answered. */
type Outcome = { status: number; text: string } | 'refused' | 'unanswered';

export class RestlessClients {
  readonly #key: string;
  /** Where servers are, or will be. */
  #addresses: string[];
  /** What was acknowledged, by slug: the id. */
  readonly acknowledged = new Map<string, string>();
  /** Slugs of stories that nothing was answered about. */
  readonly unanswered = new Set<string>();
  /** What nobody should have been answered. */
  readonly wrong: string[] = [];
  answers = 0;
  #isOver = false;
  readonly #running: Promise<void>[] = [];

  constructor(addresses: readonly string[], key: string) {
    this.#addresses = [...addresses];
    this.#key = key;
  }

  /** Starts clients; every other keeps its connection. */
  begin(count: number): void {
    for (let i = 0; i < count; i++)
      this.#running.push(this.#live(i, new Agent({ keepAlive: i % 2 === 0, maxSockets: 1 })));
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running);
  }

  /** Goes on with the servers at these addresses. */
  turnTo(addresses: readonly string[]): void {
    this.#addresses = [...addresses];
  }

  /** Every story that was acknowledged is there, and none of which nothing was answered: whatever a server took on, it has answered. */
  async requireNothingLost(address: string): Promise<void> {
    expect(this.wrong).toEqual([]);
    const headers = { authorization: `Bearer ${this.#key}` };
    const statusOf = async (slug: string) => (await fetch(`${address}${articles}/${slug}`, { headers })).status;
    for (const slug of this.acknowledged.keys()) expect([slug, await statusOf(slug)]).toEqual([slug, 200]);
    for (const slug of this.unanswered) expect([slug, await statusOf(slug)]).toEqual([slug, 404]);
  }

  /** Prints what they have done while something happened. */
  tell(meanwhile: string): void {
    const { answers, acknowledged, unanswered } = this;
    console.log(
      `${meanwhile}: ${answers} answers, ${acknowledged.size} acknowledged writes, ${unanswered.size} unanswered ones`,
    );
  }

  async #live(client: number, agent: Agent): Promise<void> {
    for (let n = 0; !this.#isOver; n++) {
      const slug = `of-${client}-${n}`;
      const posted = await this.#ask(agent, 'POST', articles, shortStory({ slug }));
      if (typeof posted === 'object') this.#take(slug, posted);
      else if (posted === 'unanswered') this.unanswered.add(slug);
      const read = await this.#ask(agent, 'GET', `${articles}?limit=100`);
      if (typeof read === 'object' && read.status !== 200) this.wrong.push(`read: ${read.status} ${read.text}`);
    }
    agent.destroy();
  }

  #take(slug: string, { status, text }: { status: number; text: string }): void {
    if (status === 201) this.acknowledged.set(slug, JSON.parse(text).data.id);
    else this.wrong.push(`${slug}: ${status} ${text}`);
  }

  /** Asks the first server that takes a connection. */
  async #ask(agent: Agent, method: string, path: string, body?: unknown): Promise<Outcome> {
    for (const address of this.#addresses) {
      const outcome = await this.#send(agent, address, method, path, body);
      if (outcome !== 'refused') return outcome;
    }
    await wait(20);
    return 'refused';
  }

  async #send(agent: Agent, address: string, method: string, path: string, body: unknown): Promise<Outcome> {
    const sent = request(`${address}${path}`, {
      agent,
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    let answer: IncomingMessage;
    try {
      [answer] = (await once(sent, 'response')) as [IncomingMessage];
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? 'refused' : 'unanswered';
    }
    let text = '';
    try {
      for await (const chunk of answer.setEncoding('utf8')) text += chunk;
    } catch (error) {
      this.wrong.push(`${method} ${path}: the answer broke off, ${error}`);
      return 'unanswered';
    }
    this.answers += 1;
    return { status: answer.statusCode ?? 0, text };
  }
}
