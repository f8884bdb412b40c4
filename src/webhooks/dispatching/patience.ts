const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** How long after each failed attempt the next one comes, at most: together three days. */
const delaysMs = [
  5000,
  minuteMs,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  20 * hourMs,
  34 * hourMs,
];

/** Attempts after which a delivery is dead. */
export const attemptsMax = delaysMs.length + 1;

/** The least share of a delay that is waited. Receivers that come back are not met by all that waited at once. */
const shareMin = 0.8;
/** However long a receiver asks for. */
const askedMsMax = 24 * hourMs;

/**
 * How long a receiver asks to be left alone.
 * @param retryAfter its `Retry-After`: seconds or a date (RFC 9110, 10.2.3)
 * @param now the instant of its answer
 * @returns 0 where it asks for nothing, or in no words of the standard
 */
export function askedMs(retryAfter: string | undefined, now: string): number {
  if (retryAfter === undefined) return 0;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const until = /^[A-Z][a-z]+, .* GMT$/.test(retryAfter) ? Date.parse(retryAfter) : Number.NaN;
  return Number.isNaN(until) ? 0 : Math.max(0, until - Date.parse(now));
}

/**
 * When to try again.
 * @param attempts how many have failed
 * @param leftAloneMs how long the receiver asks to be left alone
 * @returns undefined when that was the last attempt
 */
export function delayAfter(attempts: number, leftAloneMs: number, random = Math.random): number | undefined {
  const delayMs = delaysMs[attempts - 1];
  if (delayMs === undefined) return undefined;
  const waitedMs = Math.round(delayMs * (shareMin + (1 - shareMin) * random()));
  return Math.max(waitedMs, Math.min(leftAloneMs, askedMsMax));
}
