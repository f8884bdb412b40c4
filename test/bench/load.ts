// Makes load, in a process of its own, so that it does not take the server's time.
import autocannon from 'autocannon';
import { slugOf } from './corpus.js';

export interface LoadJob {
  address: string;
  /** Path with `{slug}` where a story's slug goes. */
  path: string;
  pick: 'uniform' | 'zipf' | 'one';
  stories: number;
  headers: Record<string, string>;
  seconds: number;
  /** Requests a second; as many as are answered when left out. */
  rate?: number;
}

/** Cumulative shares of stories whose popularity falls with their rank (Zipf, exponent 1). */
function zipfPicker(stories: number): () => number {
  const cumulative = new Float64Array(stories);
  let sum = 0;
  for (let i = 0; i < stories; i++) cumulative[i] = sum += 1 / (i + 1);
  return () => {
    const wanted = Math.random() * sum;
    let [low, high] = [0, stories - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulative[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

async function run({ address, path, pick, stories, headers, seconds, rate }: LoadJob): Promise<void> {
  const picker =
    pick === 'zipf' ? zipfPicker(stories) : pick === 'one' ? () => 7 : () => Math.floor(Math.random() * stories);
  const result = await autocannon({
    url: address,
    connections: 32,
    duration: seconds,
    ...(rate !== undefined && { overallRate: rate }),
    requests: [
      {
        headers,
        setupRequest: (request) => ({ ...request, path: path.replace('{slug}', slugOf(picker())) }),
      },
    ],
  });
  process.send?.({
    requests: result.requests.total,
    seconds: result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    failures: result.errors + result['4xx'] + result['5xx'],
  });
}

process.on('message', (job: LoadJob) => void run(job));
process.on('disconnect', () => process.exit());
