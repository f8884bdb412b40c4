import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Has processes started from what is built of this very source: they start in half the time, and it is what production runs. */
export default function build(): void {
  execFileSync('tsc', ['-p', 'src'], { cwd: fileURLToPath(new URL('../..', import.meta.url)), stdio: 'inherit' });
  process.env.STARTS_BUILT = 'true';
}
