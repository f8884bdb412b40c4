// How long tests go on that could go on for ever, and where their chance comes from.

const lengths = ['quick', 'short', 'long'] as const;
type Length = (typeof lengths)[number];

/** `npm test` is quick; `npm run test:faults` is long, or short when asked to be. */
const length: Length = lengths.find((name) => name === process.env.ROUNDS) ?? 'quick';

/** How many rounds there are of something, or whatever else depends on how long a test may take. */
export function rounds<Count>(counts: Record<Length, Count>): Count {
  return counts[length];
}

/** What all chance of a run follows from; a run with the same seed makes the same choices. */
export const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Numbers from 0 up to 1 that follow from the seed and a name (mulberry32). */
export function chanceOf(name: string): () => number {
  let state = [...name].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
