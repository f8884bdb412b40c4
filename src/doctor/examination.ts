/** One part that was looked at. */
export interface Examination {
  part: string;
  /** What there was to look at, as in `12 live stories`. */
  looked: string;
  /** What is wrong, a line each. */
  faults: string[];
  /** What is not as it should be yet, and is being seen to: no fault. */
  remarks?: string[];
  /** What mends the faults. */
  cure: string;
}

/** Reads lists to their end, some at a time. */
export async function eachBeyond<Item>(
  read: (beyond: string) => Promise<Item[]>,
  idOf: (item: Item) => string,
  look: (item: Item) => Promise<void>,
): Promise<number> {
  let count = 0;
  for (let items = await read(''); items.length > 0; ) {
    for (const item of items) await look(item);
    count += items.length;
    const last = items.at(-1);
    items = last === undefined ? [] : await read(idOf(last));
  }
  return count;
}
