// Where the log goes, so that a log that cannot be written costs lines of it and nothing else: the server goes on, and can be ended.
import { write, writeSync } from 'node:fs';

/** Of what waits to be written, so much is kept. */
const waitingMax = 1_000_000;
/** How soon it is tried again. */
const retryMs = 1000;
const busyMs = 10;

/** Writes beside whatever else goes on, all that waits at once. */
export class LogOutput {
  readonly #fd: number;
  #waiting: string[] = [];
  #waitingLength = 0;
  #lost = 0;
  /** What is being written, or is to be tried again. */
  #begun: Buffer | undefined;
  #isGone = false;
  #hasFailed = false;

  /** @param fd what stays open for as long as the process lives, which writes to it whenever that can be done again */
  constructor(fd: number) {
    this.#fd = fd;
    process.once('exit', () => this.#finish());
  }

  /** How much waits to be written. */
  get waiting(): number {
    return this.#waitingLength + (this.#begun?.length ?? 0);
  }

  write(line: string): void {
    if (this.#isGone) return;
    if (this.#waitingLength + line.length > waitingMax) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(line);
    this.#waitingLength += line.length;
    if (!this.#begun) this.#begin();
  }

  #begin(): void {
    const bytes = this.#taken();
    if (bytes.length > 0) this.#send(bytes);
  }

  #taken(): Buffer {
    const lost =
      this.#lost > 0 ? `{"level":40,"lost":${this.#lost},"msg":"lines of the log could not be written"}\n` : '';
    const bytes = Buffer.from(this.#waiting.join('') + lost);
    [this.#waiting, this.#waitingLength, this.#lost] = [[], 0, 0];
    return bytes;
  }

  #send(bytes: Buffer): void {
    this.#begun = bytes;
    write(this.#fd, bytes, (error, count) => {
      if (error) return this.#fail(error, bytes);
      this.#hasFailed = false;
      this.#begun = undefined;
      if (count < bytes.length) this.#send(bytes.subarray(count));
      else this.#begin();
    });
  }

  #fail({ code, message }: NodeJS.ErrnoException, bytes: Buffer): void {
    if (code === 'EPIPE') {
      // Whoever read it does not come back.
      this.#isGone = true;
      return;
    }
    const isBusy = code === 'EAGAIN' || code === 'EBUSY';
    if (!isBusy && !this.#hasFailed) {
      this.#hasFailed = true;
      console.error(`copydesk: The log cannot be written: ${message}. The server goes on.`);
    }
    setTimeout(() => this.#send(bytes), isBusy ? busyMs : retryMs).unref();
  }

  /** At the end of the process there is one more try, and no waiting. */
  #finish(): void {
    if (this.#isGone) return;
    try {
      const failed = this.#hasFailed && this.#begun ? [this.#begun] : [];
      const bytes = Buffer.concat([...failed, this.#taken()]);
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done);
    } catch {
      // What could not be written is lost with the process.
    }
  }
}
