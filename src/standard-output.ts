// What is said on standard output, and what becomes of it where it cannot be written: the disk is full, or whoever read it has left.

let failure: NodeJS.ErrnoException | undefined;
let isHeard = false;

/** Keeps failures of both outputs from ending what goes on: the first that nobody hears of would, whatever it is at. */
export function outliveOutputs(): void {
  if (isHeard) return;
  isHeard = true;
  process.stdout.on('error', (error) => {
    failure ??= error;
  });
  // There is nowhere left to say it.
  process.stderr.on('error', () => undefined);
}

/** Says something, as it is. @returns whether all of it went out */
export function sayRaw(text: string): Promise<boolean> {
  outliveOutputs();
  return new Promise((resolve) => {
    process.stdout.write(text, (error) => {
      failure ??= error ?? undefined;
      resolve(!error);
    });
  });
}

/** Says a line, or several. @returns whether all of it went out */
export function say(text: string): Promise<boolean> {
  return sayRaw(`${text}\n`);
}

/** Why something that was said did not go out. */
export function outputFailure(): NodeJS.ErrnoException | undefined {
  return failure;
}

/** The same; but that whoever reads has read enough, as `head` does, is no failure. */
export function lostOutput(): NodeJS.ErrnoException | undefined {
  return failure?.code === 'EPIPE' ? undefined : failure;
}
