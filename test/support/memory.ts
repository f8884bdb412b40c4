// What the kernel tells of a process's memory.
import { readFileSync } from 'node:fs';

function statusOf(pid: number, name: string): number {
  const [, kilobytes] =
    new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

export function residentBytes(pid: number): number {
  return statusOf(pid, 'VmRSS');
}

/** The most that it has ever been. */
export function residentBytesMax(pid: number): number {
  return statusOf(pid, 'VmHWM');
}
