// The port to where uploaded files are kept. Each is known by the SHA-256 of its bytes.

export interface KeptFile {
  sha256: string;
  bytes: number;
  /** When it was last put there. */
  modifiedAt: Date;
}

export interface FileStore {
  /** What it is and where, for messages. */
  readonly place: string;
  /**
   * Keeps the file at `path` under its hash; durable once it answers. The file at `path` stays its owner's.
   * @throws `storage_full`, `unavailable`
   */
  put(sha256: string, path: string): Promise<void>;
  /** Lends the file, as a path on this machine that holds until `use` ends. @throws FileMissing */
  withFile<Result>(sha256: string, use: (path: string) => Promise<Result>): Promise<Result>;
  has(sha256: string): Promise<boolean>;
  list(): AsyncIterable<KeptFile>;
  /** Removes the file; that it is not there is well. */
  remove(sha256: string): Promise<void>;
}

/** A file that should be there is not. */
export class FileMissing extends Error {
  constructor(sha256: string, place: string) {
    super(`the file ${sha256} is not in ${place}`);
    this.name = 'FileMissing';
  }
}
