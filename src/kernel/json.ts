function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Equality of JSON values; an undefined member counts as missing. */
export function jsonEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => jsonEqual(item, b[i]));
  if (!isRecord(a) || !isRecord(b)) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => jsonEqual(a[name], b[name]));
}

/**
 * RFC 6901 pointers to what differs between two JSON values, as deep as both have the same shape; arrays of
 * another length are one change.
 */
export function changedPointers(before: unknown, after: unknown, at = ''): string[] {
  if (jsonEqual(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item, i) => changedPointers(item, after[i], `${at}/${i}`));
  }
  if (isRecord(before) && isRecord(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => {
      const escaped = name.replaceAll('~', '~0').replaceAll('/', '~1');
      return changedPointers(before[name], after[name], `${at}/${escaped}`);
    });
  }
  return [at];
}

/** Applies a JSON Merge Patch (RFC 7396). Neither argument is changed. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const merged: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) delete merged[name];
    else merged[name] = mergePatch(merged[name], value);
  }
  return merged;
}

/** How deep arrays and objects nest in a JSON text, and how many items all its arrays have together, read without parsing it. */
export function jsonExtent(json: string): { depth: number; items: number } {
  /** Of what is open, whether it is an array. */
  const open: boolean[] = [];
  let depth = 0;
  let items = 0;
  let inString = false;
  for (let i = 0; i < json.length; i++) {
    const char = json.charCodeAt(i);
    if (inString) {
      if (char === 0x5c) i++;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x7b || char === 0x5b) {
      open.push(char === 0x5b);
      if (char === 0x5b) items++;
      depth = Math.max(depth, open.length);
    } else if (char === 0x7d || char === 0x5d) open.pop();
    else if (char === 0x2c && open.at(-1) === true) items++;
  }
  return { depth, items };
}

/** How deep arrays and objects nest in a JSON text, read without parsing it. */
export function jsonDepth(json: string): number {
  return jsonExtent(json).depth;
}

/** The value of a JSON text; undefined when it is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
