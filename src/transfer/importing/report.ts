// What became of every line of an import.
import { type FileHandle, open } from 'node:fs/promises';
import { pathOf } from '../manifest.js';
import type { Decided } from './deciding.js';

export interface Counts {
  created: number;
  same: number;
  refused: number;
}

/** Of more refusals than these, only so many are told; the file has all. */
const toldMax = 50;

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
    return new Report(path === undefined ? undefined : await open(path, 'w'));
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
    await this.#file?.appendFile(lines.join(''));
  }

  get refused(): number {
    return [...this.counts.values()].reduce((sum, { refused }) => sum + refused, 0);
  }

  async close(): Promise<void> {
    if (this.#untold > 0) this.told.push(`and ${this.#untold} more lines; --report FILE has all`);
    await this.#file?.sync();
    await this.#file?.close();
  }

  #tell(text: string): void {
    if (this.told.length < toldMax) this.told.push(text);
    else this.#untold += 1;
  }
}
