import { z } from 'zod';
import { invalid } from '../../kernel/errors.js';
import type { Position } from '../public-log/position.js';

/** How far a mirror has come. */
export interface Progress {
  /** The number up to which it has everything. */
  reached: number;
  /** What had gone by then, a first synchronisation does not tell of. */
  began: number;
  /** A place in the log that must still be there, for the rest to be told without a gap. */
  base: Position;
}

const number = z.int().min(0);
const Payload = z.tuple([z.literal('sync'), number, number, number, z.string().regex(/^([0-9a-f]{8})?$/)]);

export function encodeToken({ reached, began, base }: Progress): string {
  return Buffer.from(JSON.stringify(['sync', reached, began, base.seq, base.mark])).toString('base64url');
}

/** @throws `invalid` when it is none of ours */
export function decodeToken(token: string): Progress {
  try {
    const [, reached, began, seq, mark] = Payload.parse(JSON.parse(Buffer.from(token, 'base64url').toString('utf8')));
    return { reached, began, base: { seq, mark } };
  } catch {
    const message = 'is not a token of this address; take it from page.next';
    throw invalid([{ parameter: 'token', code: 'invalid_token', message }]);
  }
}
