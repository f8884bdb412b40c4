// Real processes: the server and the commands, as they are started from a shell.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import supertest, { type Test } from 'supertest';
import { requireConformance } from './conformance.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const binaries = join(root, 'node_modules/.bin');

let folders: string[] = [];
let started: RunningScript[] = [];

/** Ends what a test file has started, and removes its folders. */
export async function tidyUp(): Promise<void> {
  await Promise.all(started.map((script) => script.kill()));
  for (const folder of folders) rmSync(folder, { recursive: true });
  started = [];
  folders = [];
}

/** Variables of the environment; the tests' own are not handed on. */
type Settings = Record<string, string>;

/** Starts a script as `npm start` does, with the Node that the packages bring. @param circumstances a line of the shell that makes them */
function startScript(
  script: string,
  args: readonly string[],
  settings: Settings,
  cwd: string,
  circumstances: string,
): ChildProcessWithoutNullStreams {
  const env = { PATH: `${binaries}:${process.env.PATH}`, ...settings };
  // A copy of the program is started as it is, and so is what is not of it.
  const isBuilt = cwd === root && script.startsWith('src/') && process.env.STARTS_BUILT === 'true';
  const program = isBuilt
    ? [script.replace(/^src\//, 'dist/').replace(/\.ts$/, '.js')]
    : ['--import', './src/typescript.mjs', script];
  const command = [join(binaries, 'node'), ...program, ...args];
  const shell = circumstances === '' ? [] : ['/bin/sh', '-c', `${circumstances}; exec "$0" "$@"`];
  const [file = '', ...rest] = [...shell, ...command];
  return spawn(file, rest, { cwd, env });
}

/** A process that ends with the file's tests at the latest. */
class RunningScript {
  stdout = '';
  stderr = '';
  readonly exitCode: Promise<number | null>;
  readonly #child: ChildProcessWithoutNullStreams;

  constructor(script: string, args: readonly string[], settings: Settings, cwd = root, circumstances = '') {
    this.#child = startScript(script, args, settings, cwd, circumstances);
    started.push(this);
    this.#child.stdin.end();
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.exitCode = new Promise((resolve, reject) => {
      this.#child.once('close', resolve).once('error', reject);
    });
  }

  /** Resolves when standard output has the pattern. @throws with all that was printed, when the process ends without it */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    let hasEnded = false;
    void this.exitCode.then(() => {
      hasEnded = true;
    });
    for (;;) {
      const found = pattern.exec(this.stdout);
      if (found) return found;
      if (hasEnded) throw new Error(`It ended without printing ${pattern}:\n${this.stdout}${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** The process, for tools that look at it from outside. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Reads no more of what it prints. */
  leave(): void {
    this.#child.stdout.destroy();
  }

  /** Asks the process to stop, as a shell, Docker or systemd does. */
  terminate(): void {
    this.#child.kill('SIGTERM');
  }

  /** Ends the process at once, with no chance to tidy up. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exitCode;
  }
}

export class RunningServer extends RunningScript {
  /** Where it listens. */
  address = '';

  constructor(settings: Settings, cwd?: string, circumstances?: string) {
    // However busy the machine is, and however much a test asks for, no request is refused for that.
    const patience = { EVENT_LOOP_DELAY_MAX_MS: '0', RATE_LIMIT_KEY: '0', RATE_LIMIT_FAILED_KEYS: '0' };
    super('src/server.ts', [], { PORT: '0', ...patience, ...settings }, cwd, circumstances);
  }

  /** Starts the server on a free port, and waits until it has said where it is. `cwd` has a copy of the program. */
  static async start(settings: Settings, cwd?: string, circumstances?: string): Promise<RunningServer> {
    const server = new RunningServer(settings, cwd, circumstances);
    const [, address = ''] = await server.printed(/^Copydesk is at (http:\S+)\/v1\/articles\n(?:.*\n)+/m);
    server.address = address;
    return server;
  }
}

/** Starts a script of `src/`, for who does something to it meanwhile. */
export function startCommand(script: string, args: readonly string[], settings: Settings): RunningScript {
  return new RunningScript(script, args, settings);
}

/** Runs a script of `src/` to its end. */
export async function run(
  script: string,
  args: readonly string[],
  settings: Settings,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const running = new RunningScript(script, args, settings);
  const code = await running.exitCode;
  return { code, stdout: running.stdout, stderr: running.stderr };
}

/** How standard output can be lost: the disk that it is on is full, or whoever read it has left. */
export type Loss = 'full' | 'left';

/** Starts a script of `src/` whose standard output cannot be written. */
export function startUnheard(loss: Loss, script: string, args: readonly string[], settings: Settings): RunningScript {
  const running = new RunningScript(script, args, settings, root, loss === 'full' ? 'exec >/dev/full' : '');
  if (loss === 'left') running.leave();
  return running;
}

/** An empty folder that is gone after the file's tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'copydesk-process-'));
  folders.push(folder);
  return folder;
}

/** Copies the program into a new folder of this name. */
export function copyOfTheProgram(name: string): string {
  const place = join(temporaryFolder(), name);
  for (const part of ['package.json', 'tsconfig.json', 'src', 'migrations', 'seed'])
    cpSync(join(root, part), join(place, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'));
  return place;
}

/** Sends a request to a running server, and holds its answer to the document of `app`. */
export function send(
  app: FastifyInstance,
  { address }: RunningServer,
  method: 'get' | 'post' | 'patch',
  path: string,
  { key, body, ifMatch }: { key?: string; body?: unknown; ifMatch?: string } = {},
): Test {
  const test = supertest(address)[method](path);
  if (key !== undefined) test.set('authorization', `Bearer ${key}`);
  if (ifMatch !== undefined) test.set('if-match', ifMatch);
  if (body !== undefined) test.set('content-type', 'application/json').send(JSON.stringify(body));
  return test.expect((response) => requireConformance(app, method, path, response));
}
