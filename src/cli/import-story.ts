// npm run import-story -- FILE…: makes drafts of stories in ninjs or Markdown, beside a running server or without one.
import { readStoryJson, readStoryText } from '../backups/named-files.js';
import { runCommand, UsageError } from '../command.js';
import { readConfig } from '../config.js';
import { NinjsItem } from '../content/imports/ninjs-schemas.js';
import { ImportChoices } from '../content/imports/schemas.js';
import type { ImportService, StoryDocument } from '../content/imports/service.js';
import { commandLine } from '../kernel/actor.js';
import { systemClock } from '../kernel/clock.js';
import { DomainError, invalid } from '../kernel/errors.js';
import { violationsOf } from '../kernel/violations.js';
import { mediaOf, openStore } from '../opening.js';
import { buildServices } from '../services.js';
import { say } from '../standard-output.js';

const usage = 'usage: npm run import-story -- [--language LANGUAGE] [--desk DESK] FILE…';
const explanation = `Makes a draft of each file: Markdown where its name ends with .md or .markdown, ninjs where with .json. A file is taken over whole or
not at all; what could not be carried over is listed, with its place. --language and --desk say what the files do not.`;

interface Typed {
  files: string[];
  choices: ImportChoices;
}

/** @throws UsageError */
function typed(args: readonly string[]): Typed {
  const files: string[] = [];
  const chosen: Record<string, string | undefined> = {};
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] ?? '';
    if (argument === '--language' || argument === '--desk') chosen[argument.slice(2)] = args[++i] ?? '';
    else if (argument.startsWith('-')) throw new UsageError(`${argument} is not known.`);
    else files.push(argument);
  }
  if (files.length === 0) throw new UsageError('Name a file.');
  const wrong = files.find((file) => !/\.(md|markdown|json)$/i.test(file));
  if (wrong !== undefined) throw new UsageError(`${wrong} ends with none of .md, .markdown and .json.`);
  const choices = ImportChoices.safeParse(chosen);
  if (choices.success) return { files, choices: choices.data };
  const [issue] = choices.error.issues;
  throw new UsageError(`--${String(issue?.path[0])} ${issue?.message}.`);
}

/** @throws DomainError for a file that cannot be read as what its name says */
async function readDocument(file: string): Promise<StoryDocument> {
  if (!/\.json$/i.test(file)) return { markdown: await readStoryText(file) };
  const parsed = NinjsItem.safeParse(await readStoryJson(file));
  if (parsed.success) return { ninjs: parsed.data };
  throw invalid(violationsOf(parsed.error));
}

/** Imports one file and tells what became of it. @returns whether it was imported */
async function importFile(imports: ImportService, file: string, choices: ImportChoices): Promise<boolean> {
  try {
    const { article, notCarried } = await imports.importStory(await readDocument(file), choices, commandLine);
    await say(`imported: ${article.slug} (${file})`);
    for (const loss of notCarried) await say(`  ${placeIn(loss)}: ${loss.message}`);
    return true;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const places = (error.errors ?? []).map((violation) => `\n  ${placeIn(violation)}: ${violation.message}`);
    console.error(`${file}: ${error.message}${places.join('')}`);
    return false;
  }
}

function placeIn({
  pointer,
  line,
  parameter,
}: Partial<Record<'pointer' | 'parameter', string | null>> & { line?: number | null }): string {
  const parts = [pointer, typeof line === 'number' && `line ${line}`, parameter && `--${parameter}`];
  return parts.filter(Boolean).join(', ') || 'the document';
}

await runCommand(usage, explanation, async (args) => {
  const { files, choices } = typed(args);
  const config = readConfig();
  const store = await openStore(config);
  const { imports } = buildServices(store, systemClock, mediaOf(config, store, systemClock));
  try {
    let isWhole = true;
    for (const file of files) if (!(await importFile(imports, file, choices))) isWhole = false;
    return isWhole;
  } finally {
    await store.close();
  }
});
