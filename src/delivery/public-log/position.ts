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
