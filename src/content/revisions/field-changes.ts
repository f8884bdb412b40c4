// What differs between two values, field by field, and between texts word by word.
import { setImmediate } from 'node:timers/promises';
import { jsonEqual } from '../../kernel/json.js';
import { jsonPointer } from '../../kernel/json-pointer.js';
import { WordDiff } from '../../kernel/word-diff.js';
import type { FieldChange } from './diff-schemas.js';

/** Fields whose text is no prose: names of things, addresses, times. */
const names =
  /^(id|type|kind|display|stage|language|desk|slug|anchor|url|href|date|duration|aspectRatio)$|(Id|Of|Url|At)$/;

type Path = (string | number)[];

/** Gathers changes of fields; the texts among them are compared at the end, with turns for others in between. */
export class FieldChanges {
  readonly #words: WordDiff;
  readonly #texts: { change: FieldChange; before: string; after: string }[] = [];

  /** @param language of the texts after, BCP 47 */
  constructor(language: string | undefined) {
    this.#words = new WordDiff(language);
  }

  /** The fields that differ, as deep as both have the same form. */
  between(before: unknown, after: unknown, path: Path = []): FieldChange[] {
    if (jsonEqual(before, after)) return [];
    const members = alikeMembers(before, after, path.at(-1));
    if (members) return members.flatMap((name) => this.between(at(before, name), at(after, name), [...path, name]));
    return [this.#change(before, after, path)];
  }

  /** The same as one field, whatever is within. */
  whole(before: unknown, after: unknown): FieldChange[] {
    return jsonEqual(before, after) ? [] : [this.#change(before, after, [])];
  }

  #change(before: unknown, after: unknown, path: Path): FieldChange {
    const change = { pointer: jsonPointer(path), before: before ?? null, after: after ?? null, segments: null };
    const isProse = !names.test(String(path.findLast((part) => typeof part === 'string')));
    if (isProse && typeof before === 'string' && typeof after === 'string') this.#texts.push({ change, before, after });
    return change;
  }

  /** Compares the texts of all changes gathered so far. */
  async settle(): Promise<void> {
    for (const { change, before, after } of this.#texts.splice(0)) {
      change.segments = this.#words.compare(before, after);
      if (this.#words.isTurnOver()) await setImmediate();
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function at(value: unknown, name: string | number): unknown {
  return (value as Record<string | number, unknown>)[name];
}

/** The members by which two values are compared; undefined when they are compared whole. */
function alikeMembers(before: unknown, after: unknown, name: string | number | undefined): Path | undefined {
  if (isRecord(before) && isRecord(after)) return [...new Set([...Object.keys(before), ...Object.keys(after)])];
  if (!Array.isArray(before) || !Array.isArray(after) || before.length !== after.length) return undefined;
  const isOfParts = [...before, ...after].every((item) => typeof item === 'object' && item !== null);
  return isOfParts && name !== 'spans' ? [...before.keys()] : undefined;
}
