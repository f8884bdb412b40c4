import { describe, expect, it } from 'vitest';
import { domainError } from '../../../src/storage/postgres/errors.js';

const failing = (code: string) => Object.assign(new Error('it failed'), { code });

describe('what keeps PostgreSQL from answering', () => {
  it.each([
    ...['08006', '53300', '57P01', '55P03', '25006', '40001'],
    ...['ECONNREFUSED', 'EHOSTUNREACH', 'EAI_AGAIN', 'EMFILE', 'ENFILE', 'EADDRNOTAVAIL'],
  ])('passes: %s is unavailable', (code) => {
    expect(domainError(failing(code))).toMatchObject({ code: 'unavailable' });
  });

  it('is told as want of room when it is that', () => {
    expect(domainError(failing('53100'))).toMatchObject({ code: 'storage_full' });
  });

  it.each(['22P02', '42601', '42P01'])('is a mistake of ours otherwise: %s stays as it is', (code) => {
    const error = failing(code);
    expect(domainError(error)).toBe(error);
  });
});
