// The lines of the stream (WHATWG HTML, 9.2 Server-sent events).
import { type Position, positionText } from '../public-log/position.js';
import type { Happening, LogEntry } from './repository.js';

/** How soon a client should come back when its connection is lost. */
const retryMs = 3000;

/** A line that says nothing, so that nobody between takes the connection for dead. */
export const heartbeat = ': \n\n';

/** The first lines: how soon to come back, and from where, even if nothing happens until then. */
export function opening(position: Position): string {
  return `retry: ${retryMs}\nid: ${positionText(position)}\n\n`;
}

/** Says that what has happened since cannot be told, and that it goes on from here. */
export function reset(position: Position, reason: 'too_old' | 'unknown'): string {
  return `retry: ${retryMs}\nid: ${positionText(position)}\nevent: reset\ndata: ${JSON.stringify({ reason })}\n\n`;
}

/** What is told of a story that something has happened to. */
export function eventData({ id, at, slug, language, headline, etag }: Happening) {
  const url = slug === null ? null : `/v1/articles/${slug}`;
  return { id, at, slug, language, headline, etag, url };
}

export function eventOf(entry: LogEntry): string {
  return `id: ${positionText(entry)}\nevent: ${entry.event}\ndata: ${JSON.stringify(eventData(entry))}\n\n`;
}
