// Bytes on a connection, and the answers that come back, however many.
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Answer } from './sending.js';

/** What is written to a connection, one after the other; a number is a pause in milliseconds. */
export type Written = readonly (string | Buffer | number)[];

export interface Exchange {
  answers: Answer[];
  /** What came that is no whole answer. */
  rest: string;
  /** Whether the server closed the connection. */
  isClosed: boolean;
}

/** How long a server may take for an answer that is waited for. */
const patienceMs = 30_000;

interface Patience {
  silenceMs?: number | undefined;
  /** How many answers are waited for, however long the server is silent. */
  awaited?: number;
}

/** Writes to a new connection, and waits until the server closes it or has been silent for a while. */
export async function exchange(
  address: string,
  written: Written,
  { silenceMs = 1000, awaited = 0 }: Patience = {},
): Promise<Exchange> {
  const { hostname, port } = new URL(address);
  const socket = connect({ host: hostname, port: Number(port) });
  let received = Buffer.alloc(0);
  let heardAt = performance.now();
  let isClosed = false;
  socket.on('data', (bytes: Buffer) => {
    received = Buffer.concat([received, bytes]);
    heardAt = performance.now();
  });
  // A server may close before it has read everything; what it said before counts.
  socket
    .once('error', () => undefined)
    .once('close', () => {
      isClosed = true;
    });
  for (const part of written) {
    if (isClosed) break;
    if (typeof part === 'number') await wait(part);
    else socket.write(part);
    heardAt = performance.now();
  }
  const silence = () => performance.now() - heardAt;
  const isWaited = () => silence() < patienceMs && answersIn(received).answers.length < awaited;
  while (!isClosed && (silence() < silenceMs || isWaited())) await wait(20);
  socket.destroy();
  return { ...answersIn(received), isClosed };
}

/** The answers that bytes hold. None is to a HEAD, whose length would be that of nothing. */
function answersIn(bytes: Buffer): Pick<Exchange, 'answers' | 'rest'> {
  const answers: Answer[] = [];
  let left = bytes;
  for (;;) {
    const end = left.indexOf('\r\n\r\n');
    if (end < 0) break;
    const [first = '', ...lines] = left.subarray(0, end).toString('latin1').split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
    if (!status) break;
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const body = left.subarray(end + 4);
    const length =
      status < 200
        ? 0
        : headers['transfer-encoding'] === 'chunked'
          ? chunkedLength(body)
          : Number(headers['content-length'] ?? 0);
    if (length === undefined || body.length < length) break;
    const isChunked = headers['transfer-encoding'] === 'chunked';
    const text = body.subarray(0, length).toString('utf8');
    answers.push({ status, headers, text: isChunked ? text.replaceAll(/[\da-f]+\r\n|\r\n/g, '') : text });
    left = body.subarray(length);
  }
  return { answers, rest: left.toString('latin1') };
}

/** How long a chunked body is with its chunk sizes; undefined while it has no end. */
function chunkedLength(body: Buffer): number | undefined {
  const end = body.indexOf('0\r\n\r\n');
  return end < 0 ? undefined : end + 5;
}
