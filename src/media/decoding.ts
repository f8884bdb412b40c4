// The one door to the decoder: which kinds of file it reads, how much, and how many at once.
import type { Sharp, SharpOptions } from 'sharp';
import { DomainError } from '../kernel/errors.js';

/** Of all frames together. */
export const pixelsMax = 50_000_000;
export const framesMax = 500;
const secondsMax = 30;

const options: SharpOptions = { failOn: 'error', limitInputPixels: pixelsMax, sequentialRead: true };

let loading: ReturnType<typeof load> | undefined;

/** Loads the decoder, when it is first asked for: it takes 14 MB that who has no pictures need not spend. */
async function load() {
  const { default: sharp } = await import('sharp');
  // What is not named here libvips does not read, whatever a file says it is.
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: [
      'VipsForeignLoadJpeg',
      'VipsForeignLoadPng',
      'VipsForeignLoadWebp',
      'VipsForeignLoadHeif',
      'VipsForeignLoadNsgif',
    ],
  });
  // Two pictures at once are as much as is wanted of the machine, and each is read once.
  sharp.concurrency(1);
  sharp.cache(false);
  return sharp;
}

function decoder() {
  loading ??= load();
  return loading;
}

/** A picture to work on. Nothing is decoded before its result is asked for. */
export async function openPicture(path: string, isMoving: boolean): Promise<Sharp> {
  const sharp = await decoder();
  return sharp(path, { ...options, animated: isMoving }).timeout({ seconds: secondsMax });
}

/** Raw pixels to work on. */
export async function openPixels(data: Buffer, width: number, height: number): Promise<Sharp> {
  const sharp = await decoder();
  return sharp(data, { raw: { width, height, channels: 4 } });
}

/** Lets a few work at once; others wait their turn, but neither too many nor too long. */
export class Slots {
  readonly #most: number;
  readonly #waitingMost: number;
  readonly #waitMs: number;
  #busy = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number, waitingMost: number, waitMs: number) {
    this.#most = most;
    this.#waitingMost = waitingMost;
    this.#waitMs = waitMs;
  }

  /** @throws `unavailable` when too many wait already, or its turn does not come */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#enter();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  #enter(): Promise<void> | undefined {
    if (this.#busy < this.#most) {
      this.#busy += 1;
      return undefined;
    }
    if (this.#waiting.length >= this.#waitingMost) throw tooMany();
    return new Promise((resolve, reject) => {
      const enter = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(tooMany());
      }, this.#waitMs);
      this.#waiting.push(enter);
    });
  }

  /** Hands the place to the one that has waited longest. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#busy -= 1;
  }
}

function tooMany(): DomainError {
  return new DomainError('unavailable', 'There are more pictures to work on than the server can. Try again.');
}
