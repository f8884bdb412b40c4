// npm run export -- FOLDER: writes what is kept as lines of JSON, whole or some stories, beside a running server or without one.
import { parseArgs } from 'node:util';
import { endingSignal, progressOf, runCommand, UsageError } from '../command.js';
import { readConfig } from '../config.js';
import { systemClock } from '../kernel/clock.js';
import { Instant } from '../kernel/scalars.js';
import { getDatabase, mediaOf, openFrozen } from '../opening.js';
import { say } from '../standard-output.js';
import { makeExport } from '../transfer/exporting/making.js';
import { isWhole, type Scope } from '../transfer/manifest.js';

const usage = 'usage: npm run export -- FOLDER [--article ID|SLUG] [--desk KEY] [--from T] [--to T]';
const explanation = `Makes the folder, which must not be there though the one above it must: everything as it is at one moment, as lines of JSON
(NDJSON), the uploaded files, and a manifest with the hash of each. npm run import brings it to another place, or to another
database. It is on disk when this ends with 0; otherwise there is no such folder.

--article ID|SLUG  one story, with all that it refers to and its whole history
--desk KEY         the stories of a desk
--from T, --to T   those whose time of publication is T or later, and before T (RFC 3339)

Everything has the keys of the API (as hashes) and the secrets of webhooks: keep it as safe as the database.`;

function parse(args: readonly string[]): { folder: string; scope: Scope } {
  try {
    const string = { type: 'string' } as const;
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { article: string, desk: string, from: string, to: string },
      allowPositionals: true,
    });
    const [folder, ...rest] = positionals;
    if (folder === undefined || rest.length > 0) throw new UsageError('Name one folder.');
    const { article, desk, from, to } = values;
    if (article !== undefined && (desk ?? from ?? to) !== undefined)
      throw new UsageError('One story is by itself: leave out --desk, --from and --to.');
    const scope = { article, desk, from: instantOf('--from', from), to: instantOf('--to', to) };
    if (scope.from !== undefined && scope.to !== undefined && Date.parse(scope.from) >= Date.parse(scope.to))
      throw new UsageError('--from has to be before --to.');
    return { folder, scope: Object.fromEntries(Object.entries(scope).filter(([, value]) => value !== undefined)) };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message, { cause: error });
  }
}

function instantOf(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const parsed = Instant.safeParse(text);
  if (!parsed.success) throw new UsageError(`${name} is no instant such as 2026-11-25T00:00:00Z.`);
  return parsed.data;
}

await runCommand(usage, explanation, async (args) => {
  const { folder, scope } = parse(args);
  const config = readConfig();
  const store = await openFrozen(config, await getDatabase(config));
  try {
    const { files } = mediaOf(config, store, systemClock);
    const source = { store, files, clock: systemClock };
    const signal = endingSignal();
    const onProgress = progressOf('stories');
    const { manifest, left, lost } = await makeExport(source, { folder, scope, signal, onProgress });
    for (const sha256 of lost) console.error(`copydesk: the uploaded file ${sha256} is lost or damaged, and left out.`);
    if (left > 0) await say(`left out: ${left} stories that these point at, with the links of readers to them`);
    const linesOf = (name: string) => manifest.files.find((file) => file.path === name)?.lines ?? 0;
    const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
    const uploads = manifest.files.filter((file) => file.path.startsWith('media/')).length;
    const what = `${linesOf('articles.ndjson')} stories, ${uploads} uploaded files, ${(bytes / 1e6).toFixed(1)} MB`;
    await say(`exported${isWhole(scope) ? '' : ' in part'}: ${folder} (${what})`);
    return true;
  } finally {
    await store.close();
  }
});
