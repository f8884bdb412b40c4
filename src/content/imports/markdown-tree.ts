// Parses Markdown: short texts at once, long ones in a thread of their own, so that nobody else waits for them.
import { Worker } from 'node:worker_threads';
import type { Nodes, Root } from 'mdast';
import { DomainError, unprocessable } from '../../kernel/errors.js';
import { parseMarkdown } from '../../kernel/markdown.js';

/** Characters that are parsed within a few milliseconds. Nearly every story has fewer. */
const shortMax = 16 * 1024;
/** Texts that may wait for others. */
const waitingMax = 8;
/** For one text in the thread. */
const timeMs = 20_000;
const depthMax = 100;

/** The tree of a text, or the line of what nests deeper than any story does. */
type Parsed = { tree: Root } | { deepLine: number };

/** Run from source the file has another name than once it is built, and needs what reads TypeScript. */
const isSource = import.meta.url.endsWith('.ts');
const workerUrl = new URL(isSource ? './markdown-worker.ts' : './markdown-worker.js', import.meta.url);

let waiting = 0;
let last: Promise<unknown> = Promise.resolve();

/**
 * The tree of a text, CommonMark with GitHub's tables; long ones are parsed one after the other.
 * @throws `unavailable` when too many wait, `unprocessable` for what nests too deep or takes too long
 */
export async function treeOf(text: string): Promise<Root> {
  const parsed = text.length <= shortMax ? parse(text) : await parseInTurn(text);
  if ('deepLine' in parsed) throw tooDeep(parsed.deepLine);
  return parsed.tree;
}

export function tooDeep(line: number): DomainError {
  const errors = [{ line, code: 'too_deep', message: 'nests deeper than a story can' }];
  return unprocessable('The document nests too deep.', errors);
}

export function parse(text: string): Parsed {
  const tree = parseMarkdown(text);
  const deepLine = deepLineIn(tree);
  return deepLine === undefined ? { tree } : { deepLine };
}

function deepLineIn(tree: Root): number | undefined {
  const open: { node: Nodes; depth: number }[] = [{ node: tree, depth: 0 }];
  for (let one = open.pop(); one; one = open.pop()) {
    const { node, depth } = one;
    if (depth > depthMax) return node.position?.start.line ?? 1;
    if ('children' in node) for (const child of node.children) open.push({ node: child, depth: depth + 1 });
  }
  return undefined;
}

async function parseInTurn(text: string): Promise<Parsed> {
  if (waiting >= waitingMax) throw new DomainError('unavailable', 'Too many long documents are being read. Try again.');
  waiting += 1;
  const parsed = last.then(() => parseInThread(text));
  last = parsed.catch(() => undefined);
  return parsed.finally(() => {
    waiting -= 1;
  });
}

async function parseInThread(text: string): Promise<Parsed> {
  const execArgv = isSource ? ['--import', new URL('../../typescript.mjs', import.meta.url).href] : [];
  const worker = new Worker(workerUrl, { workerData: text, execArgv });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Parsed>((resolve, reject) => {
      timer = setTimeout(() => reject(tooMuch()), timeMs);
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the thread that reads Markdown has ended')));
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

function tooMuch(): DomainError {
  const errors = [{ line: 1, code: 'too_much', message: `takes more than ${timeMs / 1000} seconds to read` }];
  return unprocessable('The document is too much to read.', errors);
}
