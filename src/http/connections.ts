// Connections that would cost the server more than they should: too many at once, those of clients that do not read what they are
// sent, and those that are left when it is to end.
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Of the files that a process may have open, so many are kept for the database, what is worked on and receivers. */
const filesKept = 128;
/** A connection itself, and what it uploads or is sent. */
const filesPerConnection = 2;
/** However few files there are, so many connections are taken. */
const connectionsMin = 16;
/** How often it is told that there were more. */
const toldMs = 60_000;

/** How long a client may take nothing of what it was sent. */
const patienceMs = 30_000;
/** Of what clients have yet to read, how much is kept in memory for all of them together. */
const unreadBytesMax = 128 * 1024 * 1024;
const lookMs = 250;

/** How long those who have never sent anything may keep the server from ending, in case they are just about to. */
const silenceMs = 1000;
/** The same for all others. Whoever looks after the process should leave it a little longer. */
const graceMs = 20_000;
const sweepMs = 100;

declare module 'fastify' {
  interface FastifyInstance {
    connections: ReadonlySet<Socket>;
  }
}

/** Closes connections for which there would be no file left, at once, so that those that are there are served with all they need. */
export function boundConnections(app: FastifyInstance): void {
  const filesMax = openFilesMax();
  if (filesMax === undefined) return;
  const connectionsMax = Math.max(connectionsMin, Math.floor((filesMax - filesKept) / filesPerConnection));
  app.server.maxConnections = connectionsMax;
  let toldAt = Number.NEGATIVE_INFINITY;
  app.server.on('drop', () => {
    if (performance.now() - toldAt < toldMs) return;
    toldAt = performance.now();
    app.logger.warn({ connectionsMax }, 'there are as many connections as there may be: new ones are closed');
  });
}

/** How many files the process may have open, as far as the system tells; Node has raised that as far as it may be. */
function openFilesMax(): number | undefined {
  try {
    const [, max] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return max === undefined ? undefined : Number(max);
  } catch {
    // Only Linux has it.
    return undefined;
  }
}

/**
 * Cuts off clients that do not read: those that take nothing of an answer for half a minute and, when more waits to be read than
 * memory is there for, those that have let it wait for longest. What fits into the buffers of the operating system is not waited
 * for, so only large answers are concerned.
 */
export function cutOffSlowReaders(app: FastifyInstance): void {
  const connections = new Set<Socket>();
  app.decorate('connections', connections);
  app.server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  // Node takes a connection of which nothing is read for one in which nothing happens, however much of an answer waits.
  app.server.setTimeout(patienceMs, (socket) => {
    const isKeptIdle = socket.timeout !== patienceMs;
    if (isKeptIdle || socket.writableLength > 0) socket.destroy();
  });
  const waitingSince = new WeakMap<Socket, number>();
  const look = setInterval(() => cutOffBeyond(unreadBytesMax, connections, waitingSince), lookMs).unref();
  app.addHook('onClose', async () => clearInterval(look));
}

function cutOffBeyond(bytesMax: number, connections: Iterable<Socket>, waitingSince: WeakMap<Socket, number>): void {
  const now = performance.now();
  let bytes = 0;
  const waiting: Socket[] = [];
  for (const socket of connections) {
    if (socket.writableLength === 0) {
      waitingSince.delete(socket);
      continue;
    }
    if (!waitingSince.has(socket)) waitingSince.set(socket, now);
    bytes += socket.writableLength;
    waiting.push(socket);
  }
  if (bytes <= bytesMax) return;
  const since = (socket: Socket) => waitingSince.get(socket) ?? now;
  for (const socket of waiting.sort((a, b) => since(a) - since(b))) {
    if (bytes <= bytesMax) return;
    bytes -= socket.writableLength;
    socket.destroy();
  }
}

/** Closes the server: requests that have begun are finished, for as long as may be. */
export async function closeInTime(app: FastifyInstance): Promise<void> {
  const { server } = app;
  const began = performance.now();
  const sweep = setInterval(() => {
    // A client may keep a connection whose last request ended only after closing began.
    server.closeIdleConnections();
    // To Node a connection on which nothing was ever sent has a request that is arriving, and by now it no longer looks how long that takes.
    if (performance.now() - began > silenceMs)
      for (const socket of app.connections) if (socket.bytesRead === 0) socket.destroy();
  }, sweepMs);
  const end = setTimeout(() => {
    app.logger.warn({ connections: app.connections.size }, 'connections that would not end are cut off');
    server.closeAllConnections();
  }, graceMs);
  await app.close();
  clearInterval(sweep);
  clearTimeout(end);
}
