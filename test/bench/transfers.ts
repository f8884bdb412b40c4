// What an export and an import of many stories take: an export of the example story, its lines repeated under other ids, is brought
// into an empty place by the command, and exported from there.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Taken {
  seconds: number;
  userSeconds: number;
  /** Resident memory at most. */
  peakBytes: number;
}

export interface Transfers {
  exportBytes: number;
  import: Taken;
  export: Taken;
  /** Files of lines that are not the same, byte for byte, after both. */
  otherFiles: string[];
}

interface Manifest {
  files: { path: string; bytes: number; sha256: string; lines?: number }[];
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const peak = fileURLToPath(new URL('./peak.ts', import.meta.url));

/** @param folder an empty one, for all that this makes */
export async function measureTransfers(folder: string, stories: number): Promise<Transfers> {
  const at = (name: string) => join(folder, name);
  await run('seed', [], at('one'));
  await run('export', [at('export-of-one')], at('one'));
  await repeat(at('export-of-one'), at('export-of-many'), stories);
  const manifest = readManifest(at('export-of-many'));
  const taken = { import: await run('import', [at('export-of-many')], at('many')) };
  const exported = { export: await run('export', [at('export-again')], at('many')) };
  const again = new Map(readManifest(at('export-again')).files.map(({ path, sha256 }) => [path, sha256]));
  const others = manifest.files.filter(({ path, sha256 }) => again.get(path) !== sha256);
  const exportBytes = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
  return { exportBytes, ...taken, ...exported, otherFiles: others.map(({ path }) => path) };
}

/** Runs a command on a folder of data. @throws when it fails */
async function run(command: string, args: string[], dataDir: string): Promise<Taken> {
  mkdirSync(dataDir, { recursive: true });
  const began = performance.now();
  const file = join(root, 'src/cli', `${command}.ts`);
  const child = spawn(process.execPath, ['--import', 'tsx', '--import', peak, file, ...args], {
    cwd: root,
    env: { ...process.env, DATA_DIR: dataDir },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const told = once(child, 'message') as Promise<[Omit<Taken, 'seconds'>]>;
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
  const [usage] = await told;
  return { seconds: (performance.now() - began) / 1000, ...usage };
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
}

/** Makes an export of one story one of many more. */
async function repeat(from: string, to: string, times: number): Promise<void> {
  cpSync(from, to, { recursive: true });
  const linesOf = (path: string) => readFileSync(join(from, path), 'utf8').trimEnd().split('\n');
  const [article = ''] = linesOf('articles.ndjson');
  const copy = copier(article);
  const [shown = ''] = linesOf('public-log.ndjson');
  const changes = linesOf('changes.ndjson');
  const { id } = (JSON.parse(article) as { row: { id: string } }).row;
  const ofStory = changes.filter((line) => line.includes(id));
  const numbered = (line: string, seq: number) => line.replace(/"seq":\d+/, `"seq":${seq}`);
  const manifest = readManifest(to);
  const write = async (path: string, lines: Iterable<string>) =>
    Object.assign(manifest.files.find((file) => file.path === path) ?? {}, await writeLines(join(to, path), lines));
  await write(
    'articles.ndjson',
    all(0, times, (i) => [copy(article, i)]),
  );
  await write(
    'public-log.ndjson',
    all(0, times, (i) => [numbered(copy(shown, i), i + 1)]),
  );
  await write(
    'changes.ndjson',
    all(0, times, (i) => {
      if (i === 0) return changes;
      const before = changes.length + (i - 1) * ofStory.length;
      return ofStory.map((line, n) => numbered(copy(line, i), before + n + 1));
    }),
  );
  writeFileSync(join(to, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
}

function* all(from: number, to: number, linesOf: (i: number) => string[]): Generator<string> {
  for (let i = from; i <= to; i++) yield* linesOf(i);
}

/** What is made within a second of the first is of the story itself; what it uses came with the example, and is older. */
const copyMs = 1000;

/** Makes a line about a story one about its i-th copy: ids that are later by as much, another slug, tag and number. */
function copier(article: string): (line: string, i: number) => string {
  const { row, snapshots } = JSON.parse(article) as {
    row: { id: string; slug: string };
    snapshots: { etag: string; publicSeq: number }[];
  };
  const [snapshot = { etag: '', publicSeq: 0 }] = snapshots;
  const etag = JSON.parse(snapshot.etag) as string;
  // The first 48 bits of an id are its time in milliseconds (RFC 9562, 5.7).
  const timeOf = (id: string) => Number.parseInt(id.slice(0, 13).replace('-', ''), 16);
  const written = (time: number) => time.toString(16).padStart(12, '0').replace(/^.{8}/, '$&-');
  const later = (id: string, i: number) =>
    Math.abs(timeOf(id) - timeOf(row.id)) < copyMs ? written(timeOf(id) + i * copyMs) + id.slice(13) : id;
  return (line, i) =>
    i === 0
      ? line
      : line
          .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => later(id, i))
          .replace(`"publicSeq":${snapshot.publicSeq}`, `"publicSeq":${i + 1}`)
          .replaceAll(row.slug, `${row.slug}-copy-${i}`)
          .replaceAll(etag, etag.slice(0, -8) + String(i).padStart(8, '0'));
}

async function writeLines(
  path: string,
  lines: Iterable<string>,
): Promise<{ bytes: number; sha256: string; lines: number }> {
  const hash = createHash('sha256');
  const file = createWriteStream(path);
  let [bytes, count] = [0, 0];
  for (const line of lines) {
    const text = Buffer.from(`${line}\n`);
    hash.update(text);
    bytes += text.length;
    count += 1;
    if (!file.write(text)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
  return { bytes, sha256: hash.digest('hex'), lines: count };
}
