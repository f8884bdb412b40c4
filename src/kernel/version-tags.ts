// Entity tags (RFC 9110, 8.8.3) and their comparison.

/** The strong tag of a managed resource's version. */
export function versionTag(version: number): string {
  return `"${version}"`;
}

/** Splits an If-Match or If-None-Match value into its tags; `*` stays as it is. */
function tagsOf(header: string): string[] {
  return header.match(/\*|(?:W\/)?"[^"]*"/g) ?? [];
}

/** Whether a header names anything: what stands there without quotes is no tag. */
export function namesTag(header: string): boolean {
  return tagsOf(header).length > 0;
}

/** If-Match: strong comparison, so a weak tag never matches. */
export function ifMatchHolds(header: string, current: string): boolean {
  return tagsOf(header).includes(current);
}

/** If-None-Match: weak comparison. True when the client already has the current representation. */
export function ifNoneMatchHits(header: string, current: string): boolean {
  if (header === current) return true;
  return tagsOf(header).some((tag) => tag === '*' || tag.replace(/^W\//, '') === current);
}
