const parts = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?$/;

/**
 * A duration as players show it: `PT2M4S` → `2:04`, `PT1H0M9S` → `1:00:09`.
 * @param duration ISO 8601; one with days or more is given back as it is
 */
export function clockTime(duration: string): string {
  const [, ...values] = parts.exec(duration) ?? [];
  if (values.length === 0) return duration;
  const [hours = 0, minutes = 0, seconds = 0] = values.map((value) => Number(value ?? 0));
  const total = (hours * 60 + minutes) * 60 + seconds;
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
