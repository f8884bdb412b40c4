// An import for which there is no room, and that goes on once there is.
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reindex } from '../../src/publishing/reindexing/service.js';
import { startApp, type TestApp } from '../support/app.js';
import { copyStory } from '../support/copies.js';
import { createResource } from '../support/editing.js';
import { canHaveOwnDisk, onOwnDisk } from '../support/own-disk.js';
import { givePicture, noise } from '../support/pictures.js';
import { temporaryFolder } from '../support/processes.js';
import { image, liveStory, shortStory } from '../support/stories.js';
import { contentsOf, exportFrom } from '../support/transfers.js';

const whole = join(temporaryFolder(), 'whole');

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
  const { id: imageId } = await createResource(app, 'images', image);
  await givePicture(app, imageId, await noise(1600, 1200).jpeg({ quality: 100 }).toBuffer());
  const { id } = await liveStory(
    app,
    shortStory({ sections: [{ heading: null, blocks: [{ type: 'image', imageId }] }] }),
  );
  await copyStory(app.store, id, 300);
  await reindex(app.store);
  expect(await exportFrom(dirname(app.path), whole)).toMatchObject({ code: 0 });
}, 120_000);
afterAll(() => app.close());

/** Imports to a disk of the size, and once more when it is larger; has doctor look at it, and exports what is there. */
const script = `
mount -t tmpfs -o size=$1 none "$2"
node --import tsx src/cli/import.ts "$3"; first=$?
mount -o remount,size=500m "$2"
node --import tsx src/cli/import.ts "$3"; second=$?
node --import tsx src/cli/doctor.ts; sound=$?
node --import tsx src/cli/export.ts "$4"
echo "ended with $first $second $sound"
`;

describe.runIf(canHaveOwnDisk)('npm run import on a full disk', () => {
  it.each([
    ['the stories', '9m', /^articles: [1-9]\d* created, [1-9]\d* the same, 0 refused$/m],
    ['the uploaded files', '4m', /^images: 1 created, 0 the same, 0 refused$/m],
  ])('says that what came stays, and goes on to the same: no room for %s', (_what, size, told) => {
    const disk = temporaryFolder();
    const again = join(temporaryFolder(), 'again');
    const { stdout, stderr } = onOwnDisk(script, [size, disk, whole, again], disk);
    expect(stdout).toMatch(/^ended with 1 0 0$/m);
    expect(stdout).toMatch(told);
    expect(stderr).toBe('copydesk: There is no room left. What was imported stays; run it again to go on.\n');
    expect(contentsOf(again)).toEqual(contentsOf(whole));
  });
});
