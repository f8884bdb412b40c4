/** A name without case and diacritics, for comparison: `Volodymyr Zelenskyy`, `VOLODYMYR ZELENSKYY` and `Volodymyr Zelenskÿy` are one. */
export function foldName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}

/** Whether one of the texts has words in it, which are folded already, whatever its own case and accents. */
export function anyHas(texts: readonly unknown[], folded: string): boolean {
  return texts.some((text) => typeof text === 'string' && foldName(text).includes(folded));
}
