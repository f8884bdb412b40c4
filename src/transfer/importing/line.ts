// Reads a line of an export as the thing that it is.
import type { Store } from '../../storage/store.js';
import { jsonOf, type NumberedLine } from '../ndjson.js';
import { findWrong } from '../rows/repository.js';
import type { Line, Row, Thing } from '../things.js';

/** Why a line is refused, in words for whoever imports. */
export class RefusedLine extends Error {}

/** @throws RefusedLine when it is none of these */
export function readLine(store: Pick<Store, 'tables'>, thing: Thing, numbered: NumberedLine): Line {
  const value = parsed(numbered);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new RefusedLine('is no JSON object');
  const { row, ...members } = value as Record<string, unknown>;
  const wrong = findWrong(store, thing.table, row, thing.omits);
  if (wrong !== undefined) throw new RefusedLine(`its row ${wrong}`);
  const unknown = Object.keys(members).find((name) => !thing.parts.some((part) => part.name === name));
  if (unknown !== undefined) throw new RefusedLine(`has ${unknown}, which this version does not know`);
  const line: Line = { row: row as Row, parts: {} };
  const key = line.row[thing.key];
  for (const { name, table, owner, where = {}, omits } of thing.parts) {
    const rows = members[name];
    if (!Array.isArray(rows)) throw new RefusedLine(`has no ${name}`);
    for (const one of rows as unknown[]) {
      const fault = findWrong(store, table, one, omits);
      if (fault !== undefined) throw new RefusedLine(`one of its ${name} ${fault}`);
      const isIts = Object.entries(where).every(([column, values]) => values.includes(String((one as Row)[column])));
      if (!isIts || (one as Row)[owner] !== key) throw new RefusedLine(`one of its ${name} is of something else`);
    }
    line.parts[name] = rows as Row[];
  }
  return line;
}

function parsed(numbered: NumberedLine): unknown {
  try {
    return jsonOf(numbered);
  } catch (error) {
    throw new RefusedLine((error as Error).message);
  }
}
