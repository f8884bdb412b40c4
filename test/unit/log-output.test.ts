// A log whose disk is full, or whose reader is slow or has left.
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LogOutput } from '../../src/log-output.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'copydesk-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the log', () => {
  it('is written in its order, however much there is at once', async () => {
    const path = join(folder, 'log');
    const output = new LogOutput(openSync(path, 'w'));
    const lines = Array.from({ length: 1000 }, (_, i) => `${i}\n`);
    for (const line of lines) output.write(line);
    await vi.waitFor(() => expect(readFileSync(path, 'utf8')).toBe(lines.join('')), 10_000);
  });

  it('says once that it cannot be written, and bounds what waits', async () => {
    const said = vi.spyOn(console, 'error').mockReturnValue();
    // Open to the end of the process: it is tried again for as long, and closed, the number would soon be that of another test's socket.
    const output = new LogOutput(openSync('/dev/full', 'w'));
    const line = `${'x'.repeat(9_999)}\n`;
    for (let i = 0; i < 1000; i++) output.write(line);
    await vi.waitFor(() => expect(said).toHaveBeenCalledOnce(), 10_000);
    expect(output.waiting).toBeLessThanOrEqual(1_010_000);
    expect(said.mock.calls[0]?.[0]).toMatch(/^copydesk: The log cannot be written: ENOSPC/);
    said.mockRestore();
  });
});
