// How many requests were answered, with what, and how fast, by route: counted so cheaply that the hot read does not notice.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Upper bounds of the classes that durations are counted in, in seconds. */
export const durationBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
/** The route of what no route was found for. An address itself is never kept: it may be a secret, and there is no end of them. */
const noRoute = 'none';
/** Answered for as long as somebody listens, which is no duration of an answer. */
const endless = new Set(['/v1/stream']);

/** Requests that had the same method, route and status. */
export interface RequestCount {
  method: string;
  route: string;
  status: number;
  count: number;
  /** All durations together. */
  seconds: number;
  /** How many were in each class; one more than there are bounds. */
  classes: number[];
}

export class RequestCounts {
  readonly #all: RequestCount[] = [];
  readonly #byRoute = new Map<string, Map<number, RequestCount>>();

  /** Counts the requests of one method and route. To be got once, and called for each answer. */
  counter(method: string, route: string): (status: number, ms: number) => void {
    const name = `${method} ${route}`;
    const byStatus = this.#byRoute.get(name) ?? new Map<number, RequestCount>();
    this.#byRoute.set(name, byStatus);
    return (status, ms) => {
      const known = byStatus.get(status) ?? this.#add(byStatus, { method, route, status });
      const seconds = ms / 1000;
      let at = 0;
      while (seconds > (durationBounds[at] ?? Number.POSITIVE_INFINITY)) at += 1;
      known.count += 1;
      known.seconds += seconds;
      known.classes[at] = (known.classes[at] ?? 0) + 1;
    };
  }

  /** Counts a request for which there is no route. */
  countUnrouted({ method }: FastifyRequest, status: number, { elapsedTime }: FastifyReply): void {
    this.counter(method, noRoute)(status, elapsedTime);
  }

  /** What was counted since the start. */
  all(): readonly Readonly<RequestCount>[] {
    return this.#all;
  }

  #add(byStatus: Map<number, RequestCount>, of: Pick<RequestCount, 'method' | 'route' | 'status'>): RequestCount {
    const made = { ...of, count: 0, seconds: 0, classes: new Array(durationBounds.length + 1).fill(0) };
    byStatus.set(of.status, made);
    this.#all.push(made);
    return made;
  }
}

declare module 'fastify' {
  interface FastifyInstance {
    /** None unless there is somebody to read them. */
    requestCounts: RequestCounts | null;
  }
}

/** `/v1/articles/:slug` as the document has it. */
function templateOf(url: string): string {
  return url.replaceAll(/:(\w+)/g, '{$1}');
}

/** Counts every request from now on. Comes before the routes are added. */
export function countRequests(app: FastifyInstance, counts: RequestCounts | undefined): void {
  app.decorate('requestCounts', counts ?? null);
  if (!counts) return;
  app.addHook('onRoute', (route) => {
    if (endless.has(route.url)) return;
    const methods = [route.method].flat();
    const counters = new Map(methods.map((method) => [method, counts.counter(method, templateOf(route.url))]));
    // No promise is made of it: that alone would cost more than all the rest.
    const count = (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
      counters.get(request.method)?.(reply.statusCode, reply.elapsedTime);
      done();
    };
    route.onResponse = [...[route.onResponse ?? []].flat(), count];
  });
}
