// The server under the rules of .docker/compose.yaml, as far as they can be had without a container: nothing can be written but
// its data and a small /tmp, where nothing can be run; no root, no capabilities, no way to gain privileges.
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { jpeg } from '../support/pictures.js';
import { temporaryFolder } from '../support/processes.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Where the program is in the confinement, wherever it is outside: that may be below /tmp. */
const inside = '/mnt';
const node = join(inside, 'node_modules/.bin/node');
/** The user `node` of the image. */
const user = 1000;

/** Makes everything read-only but the data, which are at /srv, and becomes a user who may nothing, where the program is. */
const confine = `
set -e
mount --make-rprivate /
mount --bind "$0" /srv
mount --bind "$1" ${inside}
shift
mount -t tmpfs -o size=64m,mode=1777,noexec,nosuid,nodev tmpfs /tmp
cut -d ' ' -f 2 /proc/self/mounts | grep -v -e '^/srv$' -e '^/tmp$' -e '^/proc' -e '^/sys' -e '^/dev' |
  while read -r place; do mount -o remount,bind,ro "$place" || true; done
cd ${inside}
exec setpriv --reuid ${user} --regid ${user} --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
`;

function confined(data: string, ...command: string[]): [string, string[]] {
  return ['unshare', ['--mount', 'sh', '-c', confine, data, root, ...command]];
}

/** Mounting takes rights that not everybody has. */
function canConfine(): boolean {
  try {
    execFileSync(...confined(temporaryFolder(), 'true'), { stdio: 'pipe' });
    return true;
  } catch (error) {
    console.warn('Nothing is confined, since nothing can be mounted here:', (error as Error).message);
    return false;
  }
}

describe.runIf(canConfine())('the built server, with a read-only root, as a user without rights', () => {
  it('starts, serves, takes an upload and shows it, and ends with 0', async () => {
    const data = temporaryFolder();
    chownSync(data, user, user);
    const env = { PATH: process.env.PATH, NODE_ENV: 'production', DATA_DIR: '/srv', PORT: '0' };
    const run = (...args: string[]) => execFileSync(...confined(data, ...args), { env, encoding: 'utf8' });
    const keys = run(node, 'dist/cli/keys.js', 'create', '--role', 'publisher', '--name', 'desk');
    const authorization = `Bearer ${keys.trim().split('\n').at(-1)}`;

    const server = spawn(...confined(data, node, '--max-semi-space-size=8', 'dist/server.js'), { env });
    try {
      let printed = '';
      for await (const chunk of server.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
        printed += chunk;
        if (printed.includes('Its documentation is at')) break;
      }
      server.stdout.resume();
      const address = /^Copydesk is at (\S+)\/v1\/articles$/m.exec(printed)?.[1] ?? '';
      expect(statusOf(server.pid)).toMatchObject({ Uid: `${user}`, NoNewPrivs: '1', CapEff: '0', CapBnd: '0' });

      const uploaded = await supertest(address)
        .post('/v1/manage/images')
        .set('authorization', authorization)
        .attach('file', await jpeg(), 'picture.jpg')
        .field('facts', '{"alt":"Four colours.","creditLine":"Example"}');
      expect(uploaded.status).toBe(201);
      const signed = await supertest(address)
        .get(`/v1/manage/images/${uploaded.body.data.id}/addresses`)
        .set('authorization', authorization)
        .expect(200);
      const [picture = ''] = JSON.stringify(signed.body).match(/\/media\/[^"]+\/full\/[^"]+/) ?? [];
      await supertest(address)
        .get(picture)
        .expect(200)
        .expect('content-type', /^image\//);
      await supertest(address).get('/docs/').expect(200);
      await supertest(address).get('/readyz').expect(200);
    } finally {
      server.kill('SIGTERM');
    }
    expect(await new Promise((resolve) => server.once('close', resolve))).toBe(0);
  });

  it('could not write anywhere else', () => {
    const data = temporaryFolder();
    chownSync(data, user, user);
    const writes = [
      '/srv/x',
      '/tmp/x',
      '/x',
      '/etc/x',
      join(inside, 'x'),
      join(inside, 'dist/x'),
      '/var/tmp/x',
      '/run/x',
    ];
    const script = `for place in ${writes.join(' ')}; do if (echo > $place) 2>/dev/null; then echo $place; fi; done`;
    expect(execFileSync(...confined(data, 'sh', '-c', script), { encoding: 'utf8' })).toBe('/srv/x\n/tmp/x\n');
  });
});

/** What the kernel says a process may do. */
function statusOf(pid = 0): Record<string, string> {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').split('\n');
  return Object.fromEntries(
    lines.map((line) => {
      const [name = '', value = ''] = line.split(/:\s+/);
      return [name, /^0+$/.test(value) ? '0' : (value.split(/\s+/)[0] ?? '')];
    }),
  );
}
