// Listens to the stream of events as a browser's EventSource does (WHATWG HTML, 9.2.6), with a connection that can be cut.
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { StringDecoder } from 'node:string_decoder';

export interface HeardEvent {
  id: string;
  event: string;
  data: Record<string, unknown>;
}

export class Listening {
  readonly events: HeardEvent[] = [];
  /** What to come back with. */
  lastEventId: string;
  retryMs = 0;
  comments = 0;
  status = 0;
  headers: Record<string, unknown> = {};
  /** Everything that was sent. */
  text = '';
  /** Resolves once the connection is over: whether it came to its end, or was cut. */
  readonly over: Promise<'ended' | 'cut'>;
  readonly #request: ClientRequest;
  /** Those who wait for something to come. */
  readonly #looking = new Set<() => void>();
  #response: IncomingMessage | undefined;
  #line = '';
  /** Of the event that is being read: it counts once the whole has come. */
  #id = '';
  #event = '';
  #data: string[] = [];

  private constructor(origin: string, lastEventId: string | undefined, query: string) {
    this.lastEventId = lastEventId ?? '';
    this.#id = this.lastEventId;
    const headers = lastEventId ? { 'last-event-id': lastEventId } : {};
    this.#request = request(`${origin}/v1/stream${query}`, { headers, agent: false });
    this.over = new Promise((resolve) => {
      this.#request.once('error', () => resolve('cut'));
      this.#request.once('response', (response) => this.#receive(response, resolve));
    });
    this.#request.end();
  }

  /** Connects, and waits for the first lines. */
  static async open(origin: string, lastEventId?: string, query = ''): Promise<Listening> {
    const listening = new Listening(origin, lastEventId, query);
    await listening.heard(() => listening.retryMs > 0 || ![0, 200].includes(listening.status));
    return listening;
  }

  /** Waits until something has come. */
  heard(condition: () => boolean, timeoutMs = 30_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const tooLate = () => reject(new Error(`It was not heard, after ${this.events.length} events`));
      const timer = setTimeout(tooLate, timeoutMs);
      const look = () => {
        if (!condition()) return;
        clearTimeout(timer);
        this.#looking.delete(look);
        resolve();
      };
      this.#looking.add(look);
      look();
    });
  }

  /** The first events, once there are so many. */
  async first(count: number): Promise<HeardEvent[]> {
    await this.heard(() => this.events.length >= count);
    return this.events;
  }

  /** Stops and goes on to take what is sent. */
  pause(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }

  cut(): void {
    this.#request.destroy();
  }

  #receive(response: IncomingMessage, over: (how: 'ended' | 'cut') => void): void {
    this.#response = response;
    this.status = response.statusCode ?? 0;
    this.headers = response.headers;
    for (const look of [...this.#looking]) look();
    const decoder = new StringDecoder('utf8');
    response.on('data', (bytes: Buffer) => this.#take(decoder.write(bytes)));
    response.once('end', () => over('ended')).once('error', () => over('cut'));
  }

  #take(text: string): void {
    this.text += text;
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) this.#takeLine(line);
    for (const look of [...this.#looking]) look();
  }

  #takeLine(line: string): void {
    if (line === '') this.#dispatch();
    const [, field, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === '') this.comments += 1;
    if (field === 'id') this.#id = value ?? '';
    if (field === 'retry') this.retryMs = Number(value);
    if (field === 'event') this.#event = value ?? '';
    if (field === 'data') this.#data.push(value ?? '');
  }

  #dispatch(): void {
    this.lastEventId = this.#id;
    if (this.#data.length > 0)
      this.events.push({ id: this.lastEventId, event: this.#event, data: JSON.parse(this.#data.join('\n')) });
    this.#event = '';
    this.#data = [];
  }
}
