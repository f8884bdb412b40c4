// Decides what becomes of each thing of a batch: it is made, it is here already, or it is refused. Writes nothing.
import { jsonEqual } from '../../kernel/json.js';
import type { Store } from '../../storage/store.js';
import type { NumberedLine } from '../ndjson.js';
import { keyOf, type Line, lineText, type Row, type Thing } from '../things.js';
import { RefusedLine, readLine } from './line.js';
import { findSurroundings, liveUsesOf, type Reference, referencesOf, type Surroundings } from './surroundings.js';

export interface Decided {
  number: number;
  key: string | null;
  outcome: 'created' | 'same' | 'refused';
  /** Why it is refused, or what it comes without. */
  why?: string;
  line?: Line;
}

/** What is known over all batches. */
export interface Circumstances {
  /** Whether the place had nothing of its own, so that the logs come along. */
  isMirror: boolean;
  erasedHere: ReadonlySet<string>;
  erasedThere: ReadonlySet<string>;
  /** What was decided to be made and is not written: in a dry run everything, else what the same batch has. */
  coming: Coming;
}

/** What is about to be here. */
export class Coming {
  readonly #keys = new Set<string>();
  readonly #slugs = new Map<string, string>();
  readonly #translations = new Set<string>();

  has({ kind, key }: Reference): boolean {
    return this.#keys.has(`${kind}/${key}`);
  }

  hasOriginal(id: string): boolean {
    return this.has({ kind: 'article', key: id }) && !this.#translations.has(id);
  }

  slugOwner(slug: string): string | undefined {
    return this.#slugs.get(slug);
  }

  add({ kind }: Thing, key: string, { row, parts }: Line): void {
    this.#keys.add(`${kind}/${key}`);
    if (row.translationOf) this.#translations.add(key);
    for (const { slug } of parts.slugs ?? []) this.#slugs.set(String(slug), key);
  }

  clear(): void {
    this.#keys.clear();
    this.#slugs.clear();
    this.#translations.clear();
  }
}

/** @returns in the order of the lines */
export async function decide(
  store: Store,
  thing: Thing,
  batch: readonly NumberedLine[],
  circumstances: Circumstances,
): Promise<{ decided: Decided[]; surroundings: Surroundings }> {
  const read = batch.map((numbered) => {
    try {
      const line = readLine(store, thing, numbered);
      return { numbered, line, key: keyOf(thing, line) };
    } catch (error) {
      if (!(error instanceof RefusedLine)) throw error;
      return { numbered, why: error.message };
    }
  });
  const lines = read.flatMap(({ line }) => line ?? []);
  const surroundings = await findSurroundings(store, thing, lines);
  const decided = read.map(({ numbered, line, key, why }): Decided => {
    const { number } = numbered;
    if (!line || key === undefined) return { number, key: null, outcome: 'refused', why: String(why) };
    try {
      const deciding = new Deciding(thing, key, line, surroundings, circumstances);
      return { number, key, line, ...deciding.decide(numbered.text) };
    } catch (error) {
      if (!(error instanceof RefusedLine)) throw error;
      return { number, key, outcome: 'refused', why: error.message };
    }
  });
  return { decided, surroundings };
}

class Deciding {
  readonly #thing: Thing;
  readonly #key: string;
  readonly #line: Line;
  readonly #around: Surroundings;
  readonly #given: Circumstances;

  constructor(thing: Thing, key: string, line: Line, around: Surroundings, given: Circumstances) {
    this.#thing = thing;
    this.#key = key;
    this.#line = line;
    this.#around = around;
    this.#given = given;
  }

  /** Whether it is made or here already. The line is changed where it comes without something. @throws RefusedLine */
  decide(text: string): Pick<Decided, 'outcome' | 'why'> {
    const { coming } = this.#given;
    this.#refuseErased(this.#thing.parts.some(({ isPassing }) => isPassing) ? this.#lasting() : text);
    const why = this.#dropOriginal();
    if (coming.has({ kind: this.#thing.kind, key: this.#key })) throw new RefusedLine('stands here twice');
    const existing = this.#around.existing.get(this.#key);
    if (existing) {
      this.#requireSame(existing);
      return { outcome: 'same' };
    }
    for (const reference of referencesOf(this.#thing, this.#line)) this.#requireHere(reference);
    if (!this.#given.isMirror) for (const use of liveUsesOf(this.#line)) this.#requireUndeleted(use);
    for (const { slug } of this.#line.parts.slugs ?? []) this.#requireFree(String(slug));
    coming.add(this.#thing, this.#key, this.#line);
    return { outcome: 'created', ...(why !== undefined && { why }) };
  }

  /** What was erased here stays so, whatever was exported before. */
  #refuseErased(text: string): void {
    const { erasedHere, erasedThere } = this.#given;
    if (erasedHere.has(this.#key) && !erasedThere.has(this.#key)) throw new RefusedLine('was erased here');
    for (const id of erasedHere)
      if (!erasedThere.has(id) && text.includes(id))
        throw new RefusedLine(
          `names ${id}, which was erased here; export it anew where that is erased as well, or leave that out first`,
        );
  }

  /** The line without what goes by: that names things, and has nothing of them. */
  #lasting(): string {
    const { row, parts } = this.#line;
    const lasting = this.#thing.parts.filter(({ isPassing }) => !isPassing);
    return lineText({ row, parts: Object.fromEntries(lasting.map(({ name }) => [name, parts[name] ?? []])) });
  }

  /** A translation comes by itself where there is no such original. */
  #dropOriginal(): string | undefined {
    const { translationOf } = this.#line.row;
    if (this.#thing.kind !== 'article' || translationOf === null || translationOf === undefined) return undefined;
    const id = String(translationOf);
    if (this.#around.isOriginal(id) || this.#given.coming.hasOriginal(id)) return undefined;
    const { row, parts } = this.#line;
    const isOnlyThat = (use: Row) =>
      use.scope === 'working' &&
      use.kind === 'article' &&
      use.resourceId === id &&
      !(row.related as string[]).includes(id);
    this.#line.row = { ...row, translationOf: null };
    this.#line.parts = { ...parts, uses: (parts.uses ?? []).filter((use) => !isOnlyThat(use)) };
    return `comes as no translation: there is no original ${id} here`;
  }

  #requireSame(existing: Line): void {
    const { compares, moves, parts } = this.#thing;
    const rowOf = ({ row }: Line): Row =>
      Object.fromEntries(Object.entries(row).filter(([name]) => compares?.includes(name) ?? !moves.includes(name)));
    const compared = compares ? [] : parts.filter(({ isDerived, isPassing }) => !isDerived && !isPassing);
    const isSame =
      jsonEqual(rowOf(existing), rowOf(this.#line)) &&
      compared.every(({ name }) => jsonEqual(existing.parts[name], this.#line.parts[name]));
    if (isSame) return;
    if (compares) throw new RefusedLine(`is here with another ${compares.join(', ')}, which stays`);
    const { erasedHere, erasedThere } = this.#given;
    if (erasedThere.has(this.#key) && !erasedHere.has(this.#key))
      throw new RefusedLine('was erased where this comes from, and is here with its content; erase it here');
    const [here, there] = [existing.row.version, this.#line.row.version];
    const versions = here === there ? '' : ` (version ${here}; the export has ${there})`;
    throw new RefusedLine(`is here with other content${versions}, which stays`);
  }

  #requireHere(reference: Reference): void {
    if (this.#around.isHere(reference) || this.#given.coming.has(reference)) return;
    throw new RefusedLine(`needs ${reference.kind} ${reference.key}, which is not here`);
  }

  #requireUndeleted(use: Reference): void {
    if (this.#around.isDeleted(use)) throw new RefusedLine(`shows ${use.kind} ${use.key}, which is deleted here`);
  }

  #requireFree(slug: string): void {
    const owner = this.#around.slugOwner(slug) ?? this.#given.coming.slugOwner(slug);
    if (owner !== undefined && owner !== this.#key)
      throw new RefusedLine(`its slug ${slug} is or was that of article ${owner}`);
  }
}
