/**
 * The places of a longest rising run in a list of different numbers: as many as can stay where they are while the others move.
 * By patience sorting, in O(n log n).
 */
export function longestRise(numbers: readonly number[]): Set<number> {
  /** For each length, the place at which the best run of that length ends: the one whose last number is least. */
  const ends: number[] = [];
  const previous: number[] = [];
  numbers.forEach((number, place) => {
    const length = runsBelow(numbers, ends, number);
    previous[place] = ends[length - 1] ?? -1;
    ends[length] = place;
  });
  const kept = new Set<number>();
  for (let place = ends.at(-1) ?? -1; place >= 0; place = previous[place] ?? -1) kept.add(place);
  return kept;
}

/** How many of the runs end with a number that is less. Their last numbers rise with their lengths. */
function runsBelow(numbers: readonly number[], ends: readonly number[], number: number): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[ends[middle] ?? 0] ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
