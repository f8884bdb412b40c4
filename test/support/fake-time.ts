// The time of day as other processes see it, which the test moves while they run. Debian's libfaketime makes it.
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './processes.js';

const library = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketimeMT.so.1`;

/** Where it is not installed nothing can be moved; CI installs it. */
export const canMoveTime = process.env.CI === 'true' || existsSync(library);

export class FakeTime {
  readonly #file = join(temporaryFolder(), 'offset');
  #offsetMs = 0;

  constructor() {
    this.#write();
  }

  /** Variables for the processes that see this time. How long something takes, they see as it is. */
  get settings(): Record<string, string> {
    return {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    };
  }

  now(): number {
    return Date.now() + this.#offsetMs;
  }

  /** Moves the clock ahead, or back, at once. @returns from when to when */
  move(ms: number): { from: number; to: number } {
    const from = this.now();
    this.#offsetMs += Math.round(ms);
    this.#write();
    return { from, to: this.now() };
  }

  #write(): void {
    const seconds = this.#offsetMs / 1000;
    writeFileSync(`${this.#file}.next`, `${seconds < 0 ? '' : '+'}${seconds}`);
    renameSync(`${this.#file}.next`, this.#file);
  }
}
