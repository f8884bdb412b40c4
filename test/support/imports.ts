// Which folder of the source may import which, as rules over file names and their text.
import { posix } from 'node:path';

/** Source files by their path below src/. */
export type Sources = ReadonlyMap<string, string>;

const mayImport: Record<string, readonly string[]> = {
  kernel: [],
  blocks: ['kernel'],
  storage: ['kernel'],
  access: ['kernel', 'storage'],
  http: ['kernel', 'access'],
  media: ['blocks', 'storage', 'kernel'],
  content: ['media', 'blocks', 'storage', 'kernel'],
  publishing: ['content', 'blocks', 'storage', 'kernel'],
  delivery: ['media', 'storage', 'blocks', 'kernel', 'http'],
  backups: ['storage', 'kernel'],
  doctor: ['backups', 'publishing', 'content', 'storage', 'kernel'],
  transfer: ['backups', 'media', 'publishing', 'content', 'blocks', 'storage', 'kernel'],
  webhooks: ['delivery', 'storage', 'kernel'],
  metrics: ['http', 'media', 'storage', 'kernel'],
};
/** Folders whose routes.ts may import the HTTP shell. */
const withRoutes = new Set(['access', 'content', 'publishing', 'webhooks']);
const queries = /(^storage\/)|(\/repository\.ts$)|(^content\/(history|where-used)\.ts$)/;
const server = /(^http\/)|(\/routes\.ts$)|(^(app|server|start)\.ts$)/;
const engines = /^(opening|cli\/openapi)\.ts$|^storage\//;
const forbiddenNames = /(^|\/)(utils?|helpers?|common|managers?)(\/|\.ts$)/;
const lists = new Set(['blocks/index.ts', 'publishing/preflight/index.ts']);

function importsOf(source: string): string[] {
  return [...source.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, specifier]) => specifier ?? '');
}

function folderOf(file: string): string {
  return file.includes('/') ? (file.split('/')[0] ?? '') : '';
}

/** The file below src/ that a relative import leads to. */
function targetOf(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts');
}

function ownImportViolations(file: string, target: string): string[] {
  const [from, to] = [folderOf(file), folderOf(target)];
  const allowed = mayImport[from];
  if (!allowed || from === to || allowed.includes(to)) return [];
  if (to === 'http' && withRoutes.has(from) && file.endsWith('/routes.ts')) return [];
  return [`${file} imports ${target}: ${from} may not import ${to || 'the top'}`];
}

function packageViolations(file: string, specifier: string): string[] {
  const wrong: string[] = [];
  if (/^(fastify|@fastify\/.*)$/.test(specifier) && !server.test(file))
    wrong.push(`${file} imports ${specifier}: only the HTTP shell and routes may`);
  if (/^(drizzle-orm|better-sqlite3|pg)(\/|$)/.test(specifier) && !queries.test(file))
    wrong.push(`${file} imports ${specifier}: only storage and repositories may`);
  return wrong;
}

function textViolations(file: string, source: string): string[] {
  const wrong: string[] = [];
  if (/process\.env/.test(source) && file !== 'config.ts') wrong.push(`${file} reads process.env: only config.ts may`);
  if (/sqlite|postgres/i.test(importsOf(source).join(' ')) && !engines.test(file))
    wrong.push(`${file} imports an engine by name`);
  if (forbiddenNames.test(file)) wrong.push(`${file} has a name that says nothing`);
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '').trim();
  const isBarrel =
    code !== '' && code.split('\n').every((line) => /^(export (\*|\{|type \{)|\s|\})/.test(line) && !/=/.test(line));
  if (isBarrel && !lists.has(file) && /^export (\*|\{[^}]*\}) from/m.test(code))
    wrong.push(`${file} only exports what others have`);
  return wrong;
}

function cycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, trail: string[]): void => {
    if (trail.includes(file)) found.push(`cycle: ${[...trail.slice(trail.indexOf(file)), file].join(' → ')}`);
    if (done.has(file) || trail.includes(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

/** Everything in the sources that breaks a rule. */
export function architectureViolations(sources: Sources): string[] {
  const graph = new Map<string, string[]>();
  const wrong: string[] = [];
  for (const [file, source] of sources) {
    const specifiers = importsOf(source);
    const targets = specifiers.flatMap((specifier) => targetOf(file, specifier) ?? []);
    graph.set(file, targets);
    wrong.push(
      ...targets.flatMap((target) => ownImportViolations(file, target)),
      ...specifiers.flatMap((specifier) => packageViolations(file, specifier)),
      ...textViolations(file, source),
    );
  }
  return [...wrong, ...cycles(graph)];
}
