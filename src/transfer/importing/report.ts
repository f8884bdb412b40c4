// What became of every line of an import.
import { type FileHandle, open } from 'node:fs/promises';
import { Refusal, refusalOf } from '../../backups/refusal.js';
import { pathOf } from '../manifest.js';
import type { Decided } from './deciding.js';

export interface Counts {
  created: number;
  same: number;
  refused: number;
}

/** Of more refusals than these, only so many are told; the file has all. */
const toldMax = 50;

/** What is to be said whenever an import ends half way. */
export const remains = 'What was imported stays; run it again to go on.';

export class Report {
  readonly counts = new Map<string, Counts>();
  /** What is to be told, a line each. */
  readonly told: string[] = [];
  #untold = 0;
  readonly #file: FileHandle | undefined;

  private constructor(file: FileHandle | undefined) {
    this.#file = file;
  }

  /** @param path of a file that gets a line of JSON for each line of the import */
  static async open(path: string | undefined): Promise<Report> {
    if (path === undefined) return new Report(undefined);
    return new Report(
      await open(path, 'w').catch((error) => {
        throw refusalOf(error, path);
      }),
    );
  }

  async add(file: string, decided: readonly Decided[]): Promise<void> {
    const counts = this.counts.get(file) ?? { created: 0, same: 0, refused: 0 };
    this.counts.set(file, counts);
    const lines: string[] = [];
    for (const { number, key, outcome, why } of decided) {
      counts[outcome] += 1;
      const entry = { file: pathOf(file), line: number, id: key, outcome, ...(why !== undefined && { why }) };
      lines.push(`${JSON.stringify(entry)}\n`);
      if (why !== undefined) this.#tell(`${entry.file}:${number}: ${key === null ? '' : `${key} `}${why}`);
    }
    await this.#keep((file) => file.appendFile(lines.join('')));
  }

  get refused(): number {
    return [...this.counts.values()].reduce((sum, { refused }) => sum + refused, 0);
  }

  async close(): Promise<void> {
    if (this.#untold > 0) this.told.push(`and ${this.#untold} more lines; --report FILE has all`);
    await this.#keep((file) => file.datasync());
    await this.#file?.close();
  }

  /** @throws Refusal */
  async #keep(write: (file: FileHandle) => Promise<void>): Promise<void> {
    if (!this.#file) return;
    await write(this.#file).catch((error: NodeJS.ErrnoException) => {
      // A pipe or a terminal has no disk to be brought to.
      if (error.code === 'EINVAL') return;
      throw new Refusal(`The report cannot be written: ${error.message}. ${remains}`);
    });
  }

  #tell(text: string): void {
    if (this.told.length < toldMax) this.told.push(text);
    else this.#untold += 1;
  }
}
