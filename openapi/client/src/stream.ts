import { CopydeskProblem } from './problems.js';
import type { Happening } from './webhooks.js';

/** An event of /v1/stream. After `reset`, what has happened since the last event cannot be told: synchronise at /v1/sync. */
export type StreamEvent = { id: string } & (
  | { type: 'published' | 'updated' | 'corrected' | 'withdrawn' | 'erased'; data: Happening }
  | { type: 'reset'; data: { reason: 'too_old' | 'unknown' } }
);

export interface FollowOptions {
  baseUrl: string;
  /** The last event that you have, or `page.lastEventId` of a synchronisation; from now on when not given. */
  lastEventId?: string | undefined;
  /** Ends it. */
  signal?: AbortSignal;
  fetch?: (request: Request) => Promise<Response>;
}

/** Where the next connection goes on, and how soon it is made. */
interface Place {
  lastEventId: string | undefined;
  retryMs: number;
}

/** How soon it comes back when the server has not said it. */
const retryMsDefault = 3000;
/** Without even a heartbeat for so long, a connection is dead. */
const silenceMs = 45_000;

/**
 * Hears what happens to stories, for as long as you listen, without a gap: a connection that is lost is made again behind the last
 * event. Keep the id of each event that is dealt with, to go on from it another time.
 * @throws CopydeskProblem when the server refuses for a reason that will not pass
 */
export async function* follow(options: FollowOptions): AsyncGenerator<StreamEvent, void> {
  const { signal } = options;
  const place: Place = { lastEventId: options.lastEventId, retryMs: retryMsDefault };
  while (!signal?.aborted) {
    try {
      yield* listen(options, place);
    } catch (error) {
      if (error instanceof CopydeskProblem && error.status < 500 && error.status !== 429) throw error;
    }
    await pause(place.retryMs, signal);
  }
}

/** Listens until the connection ends. @throws what ends it */
async function* listen(
  { baseUrl, signal, fetch = globalThis.fetch }: FollowOptions,
  place: Place,
): AsyncGenerator<StreamEvent, void> {
  const ending = new AbortController();
  const signals = signal ? [signal, ending.signal] : [ending.signal];
  const headers = { accept: 'text/event-stream', ...(place.lastEventId && { 'last-event-id': place.lastEventId }) };
  let silence = setTimeout(() => ending.abort(), silenceMs);
  try {
    const request = new Request(`${baseUrl}/v1/stream`, { headers, signal: AbortSignal.any(signals) });
    const response = await fetch(request);
    if (!response.ok || !response.body)
      throw new CopydeskProblem(response, await response.json().catch(() => undefined));
    const [reader, decoder] = [response.body.getReader(), new TextDecoder()];
    let text = '';
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      clearTimeout(silence);
      silence = setTimeout(() => ending.abort(), silenceMs);
      const blocks = (text + decoder.decode(chunk.value, { stream: true })).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = take(block, place);
        if (event) yield event;
      }
    }
  } finally {
    clearTimeout(silence);
    // Whoever has stopped listening has no use for the connection.
    ending.abort();
  }
}

/** The event in a block of lines, if it is one. A place may be told without any, and a comment tells nothing. */
function take(block: string, place: Place): StreamEvent | undefined {
  const fields = new Map(
    block.split('\n').map((line) => {
      const [, name = '', value = ''] = /^(\w*):? ?(.*)$/.exec(line) ?? [];
      return [name, value] as const;
    }),
  );
  const [id, type, data, retry] = ['id', 'event', 'data', 'retry'].map((name) => fields.get(name));
  if (id !== undefined) place.lastEventId = id;
  if (retry !== undefined) place.retryMs = Number(retry);
  if (id === undefined || type === undefined || data === undefined) return undefined;
  return { id, type, data: JSON.parse(data) } as StreamEvent;
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
    if (signal?.aborted) resolve();
  });
}
