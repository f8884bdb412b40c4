// One request to a receiver, and what comes of it, however the receiver behaves.
import type { IncomingMessage } from 'node:http';
import { AddressRefused, faultOf, guardedLookup } from '../addresses.js';
import type { attemptErrors } from '../deliveries/schemas.js';

export interface Message {
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface SendingRules {
  timeoutMs: number;
  privateHosts: readonly string[];
}

export interface Outcome {
  status: number | null;
  /** Why it is not delivered; null when it is. */
  error: (typeof attemptErrors)[number] | null;
  /** The beginning of the answer. */
  response: string | null;
  /** Until when the receiver asks to be left alone, in its own words. */
  retryAfter: string | undefined;
}

// Not imported: for an import Node loads all that the module would give lazily, a second client with 5 MB among it.
const { request: requestPlain } = process.getBuiltinModule('node:http');
const { request: requestSecure } = process.getBuiltinModule('node:https');

/** Characters kept of an answer. */
const responseLengthMax = 1000;
/** How long the beginning of an answer is waited for behind its status, which is all that counts. */
const patienceMs = 1000;
/** Interim answers (RFC 9110, 15.2) that a receiver may send before its answer. None is asked for, and each takes the server time. */
const interimMax = 10;

/** Sends a message. @returns undefined when `stopping` came before an answer */
export async function send(message: Message, rules: SendingRules, stopping: AbortSignal): Promise<Outcome | undefined> {
  const deadline = AbortSignal.timeout(rules.timeoutMs);
  try {
    const answer = await exchange(message, rules, AbortSignal.any([deadline, stopping]));
    const status = answer.statusCode ?? 0;
    const retryAfter = answer.headers['retry-after'];
    return { status, error: errorOf(status), response: await readBeginning(answer), retryAfter };
  } catch (error) {
    if (stopping.aborted) return undefined;
    const trouble = deadline.aborted ? 'timeout' : troubleOf(error);
    return { status: null, error: trouble, response: null, retryAfter: undefined };
  }
}

/** @throws whatever keeps the receiver from answering */
function exchange(
  { url: address, headers, body }: Message,
  { privateHosts }: SendingRules,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const url = new URL(address);
    const fault = faultOf(url, privateHosts);
    if (fault) throw new AddressRefused(fault.message);
    const request = url.protocol === 'https:' ? requestSecure : requestPlain;
    const options = { method: 'POST', agent: false, lookup: guardedLookup(url, privateHosts), signal } as const;
    const length = String(Buffer.byteLength(body));
    const sent = request(url, { ...options, headers: { ...headers, 'content-length': length } }, resolve);
    let interim = 0;
    sent.on('information', () => {
      interim += 1;
      if (interim > interimMax) sent.destroy(new Error('It puts off its answer without end.'));
    });
    // Stays for as long as the request: what fails behind the status is told here as well, and is of no interest.
    sent.on('error', reject);
    // The only word of a receiver that goes on in another protocol, which nobody has asked for.
    sent.on('close', () => reject(new Error('It has closed the connection without an answer.')));
    sent.end(body);
  });
}

function errorOf(status: number): Outcome['error'] {
  if (status >= 200 && status < 300) return null;
  if (status === 410) return 'gone';
  return status >= 300 && status < 400 ? 'redirected' : 'refused';
}

function troubleOf(error: unknown): Outcome['error'] {
  if (error instanceof AddressRefused) return 'address_refused';
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOTFOUND' || code === 'EAI_AGAIN' ? 'not_found' : 'connection_failed';
}

async function readBeginning(answer: IncomingMessage): Promise<string> {
  const patience = setTimeout(() => answer.destroy(), patienceMs);
  let text = '';
  try {
    answer.setEncoding('utf8');
    for await (const part of answer) {
      text += part;
      if (text.length >= responseLengthMax) break;
    }
  } catch {
    // The receiver has said by its status what it made of the message; the rest may be missing.
  } finally {
    clearTimeout(patience);
    answer.destroy();
  }
  return text.slice(0, responseLengthMax).toWellFormed().replaceAll('\0', '\ufffd');
}
