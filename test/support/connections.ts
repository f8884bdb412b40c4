// What the kernel tells of a server's connections.
import { readFileSync } from 'node:fs';
import type { RunningServer } from './processes.js';

const established = '01';

/** How many connections the server has that neither side has closed, as it sees them. */
export function establishedAt({ address }: RunningServer): number {
  const port = Number(new URL(address).port).toString(16).toUpperCase().padStart(4, '0');
  const rows = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1);
  return rows.filter((row) => {
    const [, local = '', , state] = row.trim().split(/\s+/);
    return local.endsWith(`:${port}`) && state === established;
  }).length;
}
