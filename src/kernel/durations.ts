const clockParts = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?$/;

/**
 * A duration as players show it: `PT2M4S` → `2:04`, `PT1H0M9S` → `1:00:09`.
 * @param duration ISO 8601; one with days or more is given back as it is
 */
export function clockTime(duration: string): string {
  const [, ...values] = clockParts.exec(duration) ?? [];
  if (values.length === 0) return duration;
  const [hours = 0, minutes = 0, seconds = 0] = values.map((value) => Number(value ?? 0));
  const total = (hours * 60 + minutes) * 60 + seconds;
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

const lengthParts = /^P(?=\d|T\d)(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?$/;

/**
 * Milliseconds of an ISO 8601 duration of days, hours, minutes and seconds, such as `PT36H`; undefined for any other text, among
 * them years and months, which are not always as long.
 */
export function durationMs(duration: string): number | undefined {
  const found = lengthParts.exec(duration);
  if (!found) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = found.slice(1).map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}
