// What the compose file for more than one server starts, on this machine and without containers: Debian's PostgreSQL with a replica by
// the scripts that stand in `.docker`, two servers, and Varnish before them by its rules there.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { freePort } from './ports.js';
import { onDatabase } from './postgres.js';
import { RunningServer, run, temporaryFolder } from './processes.js';

const docker = join(import.meta.dirname, '../../.docker');
const binaries = '/usr/lib/postgresql/15/bin';
const varnish = '/usr/sbin/varnishd';
const password = 'letters0and1digits';
const patience = { timeout: 60_000, interval: 100 };

/** Whether Debian's packages are there, and the right to be another user, which PostgreSQL wants. */
export const canScaleOut = existsSync(binaries) && existsSync(varnish) && process.getuid?.() === 0;

const idOf = (flag: string) => Number(execFileSync('/usr/bin/id', [flag, 'postgres']).toString());

/** PostgreSQL as its own user, with the scripts of the compose file beside its data. */
class Databases {
  readonly #folder = temporaryFolder();
  readonly #user = { uid: idOf('-u'), gid: idOf('-g') };
  readonly #running: ChildProcess[] = [];
  readonly #ports: { primary: number; replica: number };

  private constructor(ports: { primary: number; replica: number }) {
    this.#ports = ports;
  }

  static async start(): Promise<Databases> {
    const databases = new Databases({ primary: await freePort(), replica: await freePort() });
    await databases.#startPrimary();
    await databases.#startReplica();
    return databases;
  }

  url(which: 'primary' | 'replica'): string {
    return `postgres://postgres:${password}@127.0.0.1:${this.#ports[which]}/newsroom`;
  }

  async stop(): Promise<void> {
    for (const child of this.#running.reverse()) {
      child.kill('SIGQUIT');
      if (child.exitCode === null) await once(child, 'close');
    }
  }

  /** What the image's own script does before it calls `primary.sh`. */
  async #startPrimary(): Promise<void> {
    const { uid, gid } = this.#user;
    chownSync(this.#folder, uid, gid);
    for (const name of ['primary.sh', 'replica.sh']) {
      copyFileSync(join(docker, name), join(this.#folder, name));
      chmodSync(join(this.#folder, name), 0o555);
    }
    const secret = join(this.#folder, 'password');
    writeFileSync(secret, password, { mode: 0o444 });
    const env = this.#environment('primary');
    const options = { ...this.#user, env, cwd: this.#folder, stdio: 'pipe' } as const;
    const locale = ['--locale=C.UTF-8', '--encoding=UTF8', '--data-checksums'];
    const access = ['--username=postgres', `--pwfile=${secret}`, '--auth-local=trust', '--auth-host=scram-sha-256'];
    execFileSync(join(binaries, 'initdb'), [...locale, ...access], options);
    appendFileSync(join(env.PGDATA, 'postgresql.conf'), `unix_socket_directories = '${this.#folder}'\n`);
    this.#running.push(spawn(join(binaries, 'postgres'), [], { ...options, stdio: 'ignore' }));
    await this.#answers('primary');
    execFileSync(join(binaries, 'createdb'), ['--username=postgres', 'newsroom'], options);
    execFileSync('/bin/sh', [join(this.#folder, 'primary.sh')], options);
    // The address is that of a container there.
    const rules = join(env.PGDATA, 'pg_hba.conf');
    expect(readFileSync(rules, 'utf8')).toContain('host replication replica all scram-sha-256');
    execFileSync(join(binaries, 'pg_ctl'), ['reload'], options);
  }

  async #startReplica(): Promise<void> {
    const env = this.#environment('replica');
    const options = { ...this.#user, env, cwd: this.#folder, stdio: 'ignore' } as const;
    this.#running.push(spawn('/bin/sh', [join(this.#folder, 'replica.sh')], options));
    await this.#answers('replica');
    await vi.waitFor(
      () =>
        onDatabase(this.url('primary'), async (client) => {
          const { rows } = await client.query('SELECT application_name AS name, state FROM pg_stat_replication');
          expect(rows).toEqual([{ name: 'replica', state: 'streaming' }]);
        }),
      patience,
    );
  }

  #environment(which: 'primary' | 'replica') {
    return {
      PATH: `${binaries}:/usr/bin:/bin`,
      PGDATA: join(this.#folder, which),
      PGHOST: this.#folder,
      PGPORT: String(this.#ports[which]),
      POSTGRES_PASSWORD: password,
      PGPASSWORD: password,
      PRIMARY_HOST: '127.0.0.1',
      PRIMARY_PORT: String(this.#ports.primary),
    };
  }

  async #answers(which: 'primary' | 'replica'): Promise<void> {
    const ask = ['--username=postgres', '--host=127.0.0.1', `--port=${this.#ports[which]}`];
    await vi.waitFor(() => execFileSync(join(binaries, 'pg_isready'), ask, { stdio: 'pipe' }), patience);
  }
}

/** Varnish with the rules and the flags of the compose file. */
class Cache {
  readonly address: string;
  readonly purging: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, address: string, purging: string) {
    this.#child = child;
    this.address = address;
    this.purging = purging;
  }

  static async start(servers: readonly RunningServer[]): Promise<Cache> {
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    const rules = join(folder, 'cache.vcl');
    writeFileSync(rules, rulesFor(servers));
    mkdirSync(join(folder, 'work'));
    const [port, purgePort] = [await freePort(), await freePort()];
    const flags = flagsOfCompose()
      .map((flag) => flag.replace('/etc/varnish/cache.vcl', rules).replace('malloc,1g', 'malloc,64m'))
      .map((flag) => flag.replace(':8080', `127.0.0.1:${port}`).replace(':8081', `127.0.0.1:${purgePort}`));
    const child = spawn(varnish, [...flags, '-n', join(folder, 'work')], { stdio: 'ignore' });
    const address = `http://127.0.0.1:${port}`;
    await vi.waitFor(async () => expect((await fetch(`${address}/readyz`)).status).toBe(200), patience);
    return new Cache(child, address, `http://127.0.0.1:${purgePort}/`);
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    if (this.#child.exitCode === null) await once(this.#child, 'close');
  }
}

/** The rules, with the servers where they are. */
function rulesFor(servers: readonly RunningServer[]): string {
  return servers.reduce(
    (rules, { address }, i) => {
      const name = `.host = "server-${i + 1}";\n  .port = "3000";`;
      expect(rules).toContain(name);
      return rules.replace(name, `.host = "127.0.0.1";\n  .port = "${new URL(address).port}";`);
    },
    readFileSync(join(docker, 'cache.vcl'), 'utf8'),
  );
}

/** What the compose file starts Varnish with. */
function flagsOfCompose(): string[] {
  const compose = readFileSync(join(docker, 'compose.scale.yaml'), 'utf8');
  const [, list = ''] = /entrypoint:\n((?: +(?:- .*|#.*)\n)+)/.exec(compose) ?? [];
  const flags = [...list.matchAll(/^ +- (.*)$/gm)].map(([, flag = '']) => flag);
  expect(flags[0]).toBe('varnishd');
  return flags.slice(1);
}

/** Starts all of it. */
export async function scaleOut() {
  const databases = await Databases.start();
  const DATA_DIR = temporaryFolder();
  const settings = {
    DATA_DIR,
    NODE_ENV: 'production',
    DATABASE_URL: databases.url('primary'),
    READ_DATABASE_URL: databases.url('replica'),
    TRUST_PROXY: '1',
  };
  const made = await run('src/cli/keys.ts', ['create', '--role', 'publisher', '--name', 'desk'], settings);
  const servers = [await RunningServer.start(settings), await RunningServer.start(settings)] as const;
  const cache = await Cache.start(servers);
  return {
    key: made.stdout.trim().split('\n').at(-1) ?? '',
    servers,
    cache,
    async stop() {
      await cache.stop();
      for (const server of servers) await server.kill();
      await databases.stop();
    },
  };
}
