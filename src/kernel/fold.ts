/** A name without case and diacritics, for comparison: `Volodymyr Zelenskyy`, `VOLODYMYR ZELENSKYY` and `Volodymyr Zelenskÿy` are one. */
export function foldName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}
