import { expect, it } from 'vitest';
import { diskFailure } from '../../../src/kernel/disk-failure.js';

const refused = (code: string) => Object.assign(new Error('it is refused'), { code, syscall: 'open' });

it.each([
  ['ENOSPC', 'storage_full'],
  ['EDQUOT', 'storage_full'],
  ['EROFS', 'unavailable'],
  ['EACCES', 'unavailable'],
  ['EIO', 'unavailable'],
  ['EMFILE', 'unavailable'],
])('what a disk refuses by %s is %s', (code, expected) => {
  expect(diskFailure(refused(code))).toMatchObject({ code: expected });
});

it('what no disk has said stays as it is', () => {
  const error = new Error('Something else.');
  expect(diskFailure(error)).toBe(error);
});
