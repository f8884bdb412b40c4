/** A place in the public log: behind the entry with this number. Zero is the place before the first. */
export interface Position {
  seq: number;
  /** The entry's own mark: the same number in another database has another. */
  mark: string;
}

/** As text, for the ids of events. */
export function positionText({ seq, mark }: Position): string {
  return seq === 0 ? '0' : `${seq}.${mark}`;
}

/** What such a text says; undefined when it is none. */
export function parsePosition(text: string): Position | undefined {
  if (text === '0') return { seq: 0, mark: '' };
  const [, seq, mark] = /^([1-9]\d{0,14})\.([0-9a-f]{8})$/.exec(text) ?? [];
  return seq === undefined || mark === undefined ? undefined : { seq: Number(seq), mark };
}
