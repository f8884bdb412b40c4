// Load that does not wait for answers: so many requests a second, however long those before take.
import { Agent, request } from 'node:http';

export interface Asked {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

export interface Answered {
  status: number;
  ms: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/**
 * Sends a request over whatever connection is free, or a new one. Its time counts from when it has one.
 * @throws when there is no whole answer in time
 */
export function ask(
  agent: Agent,
  address: string,
  { method, path, headers = {}, body }: Asked,
  patienceMs: number,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    let began = 0;
    let timer: NodeJS.Timeout | undefined;
    const sent = request(`${address}${path}`, { agent, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('error', reject).once('end', () => {
        clearTimeout(timer);
        resolve({ status: response.statusCode ?? 0, ms: performance.now() - began, headers: response.headers, text });
      });
    });
    sent.once('socket', () => {
      began = performance.now();
      timer = setTimeout(() => sent.destroy(new Error(`no answer within ${patienceMs} ms`)), patienceMs);
    });
    sent.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    sent.end(body);
  });
}

/** How many requests a second a server answers to clients that each wait for theirs. */
export async function capacityOf(address: string, next: () => Asked, clients: number, ms: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const began = performance.now();
  let count = 0;
  const client = async () => {
    while (performance.now() - began < ms) {
      const { status, text } = await ask(agent, address, next(), 60_000);
      if (status >= 400) throw new Error(`${status} ${text}`);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  agent.destroy();
  return (count / (performance.now() - began)) * 1000;
}

/**
 * Sends so many requests a second for a while, over as many connections as that takes, up to a number that a proxy may have, and
 * gives what became of each. What finds no connection is not sent.
 */
export async function openLoop(
  address: string,
  next: () => Asked,
  {
    perSecond,
    connections,
    ms,
    patienceMs,
  }: { perSecond: number; connections: number; ms: number; patienceMs: number },
): Promise<PromiseSettledResult<Answered>[]> {
  const agent = new Agent({ keepAlive: true });
  const began = performance.now();
  const sent: Promise<Answered>[] = [];
  let open = 0;
  const done = () => {
    open -= 1;
  };
  for (let due = 0; ; ) {
    const now = performance.now() - began;
    if (now > ms) break;
    for (; due < (now / 1000) * perSecond; due++) {
      if (open >= connections) continue;
      open += 1;
      const answer = ask(agent, address, next(), patienceMs);
      answer.then(done, done);
      sent.push(answer);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const outcomes = await Promise.allSettled(sent);
  agent.destroy();
  return outcomes;
}
