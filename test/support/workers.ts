// Servers of several processes, and connections that stay with one of them.
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { RunningServer } from './processes.js';

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: { data: Record<string, unknown> & { id: string }; requestId: string };
}

/** A connection that is kept open, so that all its requests come to one worker. */
export class Connection {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #address: string;
  readonly #key: string;

  constructor({ address }: RunningServer, key: string) {
    this.#address = address;
    this.#key = key;
  }

  send(method: string, path: string, body?: unknown, ifMatch?: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers: Record<string, string> = { authorization: `Bearer ${this.#key}` };
      if (body !== undefined) headers['content-type'] = 'application/json';
      if (ifMatch !== undefined) headers['if-match'] = ifMatch;
      const sent = request(`${this.#address}${path}`, { method, headers, agent: this.#agent }, async (response) => {
        const told = await text(response).catch(reject);
        if (typeof told === 'string')
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: told === '' ? {} : JSON.parse(told),
          });
      });
      sent.once('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Names the process that answers: ids of requests begin with what is its own. */
  async worker(): Promise<string> {
    const { body } = await this.send('GET', '/v1/articles/there-is-no-such-story');
    return body.requestId.split('-')[0] ?? '';
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Connections to as many different workers. */
export async function connectToEach(server: RunningServer, key: string, workers: number): Promise<Connection[]> {
  const found = new Map<string, Connection>();
  for (let attempt = 0; attempt < 20 && found.size < workers; attempt++) {
    // Many at once, since one that has nothing to do would take all that come one by one.
    const some = Array.from({ length: 8 * workers }, () => new Connection(server, key));
    const names = await Promise.all(some.map((connection) => connection.worker()));
    for (const [i, connection] of some.entries()) {
      const name = names[i] ?? '';
      if (found.has(name) || found.size === workers) connection.close();
      else found.set(name, connection);
    }
  }
  if (found.size < workers) throw new Error(`${found.size} of ${workers} workers answer`);
  return [...found.values()];
}

interface Line {
  msg?: string;
  pid?: number;
}

/** The processes that the log tells of by this message, in order. */
export function pidsIn({ stdout }: RunningServer, message: string): number[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
  return lines.map((line) => JSON.parse(line) as Line).flatMap(({ msg, pid }) => (msg === message && pid ? [pid] : []));
}
