// A receiver of webhooks: a real server that answers as it is told, and keeps what it was sent.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { vi } from 'vitest';

export interface Received {
  headers: Record<string, string>;
  text: string;
  body: { type: string; timestamp: string; data: Record<string, unknown> };
}

/** How it answers a message. The answer is its own affair: none at all, a part of one, or too much of one. */
export type Answering = (response: ServerResponse, received: Received, request: IncomingMessage) => void;

export const ok: Answering = (response) => void response.writeHead(204).end();
export const failing =
  (status: number, headers: Record<string, string> = {}, text = ''): Answering =>
  (response) =>
    void response.writeHead(status, headers).end(text);

/** How long something is waited for that happens in the background. */
const patienceMs = 50_000;

export async function eventually<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`It did not come to this: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export class Receiver {
  readonly received: Received[] = [];
  /** How many messages it has at once. */
  open = 0;
  openMax = 0;
  #answering: Answering = ok;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  /** Answers so from now on. */
  answer(answering: Answering): void {
    this.#answering = answering;
  }

  /** Waits for so many messages in all. */
  async count(count: number): Promise<Received[]> {
    return eventually(`${count} messages, not ${this.received.length}`, () =>
      this.received.length >= count ? this.received : undefined,
    );
  }

  get types(): string[] {
    return this.received.map(({ body }) => body.type);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.open += 1;
    this.openMax = Math.max(this.openMax, this.open);
    response.once('close', () => {
      this.open -= 1;
    });
    let text = '';
    for await (const part of request.setEncoding('utf8')) text += part;
    const received = { headers: request.headers as Record<string, string>, text, body: JSON.parse(text) };
    this.received.push(received);
    this.#answering(response, received, request);
  }
}

/** Whether the spec's own library takes a message, at the time at which it was signed. */
export function isSignedBy(secret: string, { headers, text }: Received): boolean {
  vi.useFakeTimers({ now: Number(headers['webhook-timestamp']) * 1000, toFake: ['Date'] });
  try {
    new Webhook(secret).verify(text, headers);
    return true;
  } catch {
    return false;
  } finally {
    vi.useRealTimers();
  }
}
