/** An object without the members that say nothing: null, undefined and empty lists. */
export function filledOnly(node: Record<string, unknown>): Record<string, unknown> {
  const saysNothing = (value: unknown) =>
    value === null || value === undefined || (Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(node).filter(([, value]) => !saysNothing(value)));
}
