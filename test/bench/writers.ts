// Ten editors who save sections, and ten publishers who publish, each after the other's answer, as fast as they are answered.
export interface WriteFigures {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

interface Story {
  id: string;
  version: number;
  sections: { id: string }[];
}

async function send(
  address: string,
  key: string,
  method: string,
  path: string,
  version: number | undefined,
  body: unknown,
): Promise<Story> {
  const headers: Record<string, string> = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  if (version !== undefined) headers['if-match'] = `"${version}"`;
  const response = await fetch(address + path, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { data: Story }).data;
}

async function timed(latencies: number[], work: () => Promise<Story>): Promise<Story> {
  const before = performance.now();
  const result = await work();
  latencies.push(performance.now() - before);
  return result;
}

function figures(latencies: number[], seconds: number): WriteFigures {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 10) / 10;
  return { perSecond: Math.round(latencies.length / seconds), p50Ms: at(0.5), p99Ms: at(0.99) };
}

/**
 * Each writer has a copy of `story` of its own. Gives the figures of saves, of publications with a save before each that is not
 * counted, and of those saves and publications together.
 */
export async function measureWrites(
  address: string,
  key: string,
  story: object,
  seconds: number,
): Promise<{ save: WriteFigures; publish: WriteFigures; both: WriteFigures }> {
  const writers = Array.from({ length: 10 }, (_, i) => i);
  const stories = await Promise.all(
    writers.map((i) =>
      send(address, key, 'POST', '/v1/manage/articles', undefined, { ...story, slug: `bench-${Date.now()}-${i}` }),
    ),
  );
  const save = (sectionId: string, version: number, n: number) =>
    send(address, key, 'PATCH', `/v1/manage/sections/${sectionId}`, version, { heading: `Heading ${n}` });

  const saves: number[] = [];
  let end = performance.now() + seconds * 1000;
  const sectionVersions = await Promise.all(
    stories.map(async ({ sections }) => {
      let version = 1;
      const id = sections[0]?.id ?? '';
      while (performance.now() < end) version = (await timed(saves, () => save(id, version, version))).version;
      return version;
    }),
  );

  const publications: number[] = [];
  const both: number[] = [];
  let busyMs = 0;
  end = performance.now() + seconds * 1000;
  const began = performance.now();
  await Promise.all(
    stories.map(async ({ id, sections }, i) => {
      let sectionVersion = sectionVersions[i] ?? 1;
      while (performance.now() < end) {
        const saving = timed(both, () => save(sections[0]?.id ?? '', sectionVersion, sectionVersion));
        const saved = (await saving) as Story & { articleVersion: number };
        sectionVersion = saved.version;
        await timed(publications, () =>
          send(address, key, 'POST', `/v1/manage/articles/${id}/publish`, saved.articleVersion, {}),
        );
      }
    }),
  );
  busyMs = performance.now() - began;
  return {
    save: figures(saves, seconds),
    publish: figures(publications, busyMs / 1000),
    both: figures([...both, ...publications], busyMs / 1000),
  };
}
