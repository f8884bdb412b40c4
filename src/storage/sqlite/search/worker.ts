// A thread of its own that searches, so that other requests are answered meanwhile. It has a connection that cannot write, and
// reads anew for each search: what was committed before one was asked for is found by it.
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { openForReading } from '../reading.js';
import { findQuotes } from './quotes.js';
import { findStories } from './stories.js';
import type { Asked, Told } from './thread.js';

/** Of those that want a processor, whoever answers others comes first. On Linux this is the priority of the thread alone. */
const niceness = 5;
if (process.platform === 'linux') setPriority(niceness);

const { path, stop } = workerData as { path: string; stop: Int32Array };
const file = openForReading(path);
/** Between how many rows it is looked whether anybody still waits. */
const rowsPerLook = 64;

/** The search was given up by who asked for it. */
class GivenUp extends Error {}

function answer(asked: Asked): Told {
  let rows = 0;
  const requireTime = () => {
    rows += 1;
    if (rows % rowsPerLook === 0 && Atomics.load(stop, 0) === asked.number) throw new GivenUp();
  };
  file.exec('BEGIN');
  try {
    const found =
      asked.kind === 'stories'
        ? findStories(file, asked.search, requireTime)
        : findQuotes(file, asked.search, requireTime);
    return { found };
  } catch (error) {
    if (error instanceof GivenUp) return {};
    const { message, code } = error as { message: string; code?: string };
    return { failure: { message, code } };
  } finally {
    file.exec('COMMIT');
  }
}

parentPort?.on('message', (asked: Asked) => parentPort?.postMessage(answer(asked)));
