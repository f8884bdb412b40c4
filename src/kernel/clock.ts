/** The only source of the current time, so that tests can move it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** The current instant as the product stores and sends it: RFC 3339, UTC, milliseconds. */
export function instant(clock: Clock): string {
  return clock.now().toISOString();
}
