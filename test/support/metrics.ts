// Metrics as Prometheus reads them (text format 0.0.4), strictly: what it would refuse fails here.
import { expect } from 'vitest';

type Labels = Record<string, string>;

export interface Metrics {
  text: string;
  /** The number with a name and just these labels; undefined when there is none. */
  numberOf(name: string, labels?: Labels): number | undefined;
  /** The labels of every number with a name. */
  labelsOf(name: string): Labels[];
}

const sample = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|\+Inf)$/i;
const label = /([a-z_]+)="((?:[^"\\]|\\.)*)"(?:,|$)/gy;

function labelsIn(text: string): Labels {
  const found = [...text.matchAll(label)];
  expect(found.map(([whole]) => whole).join('')).toBe(text);
  return Object.fromEntries(found.map(([, name = '', value = '']) => [name, value]));
}

function keyOf(name: string, labels: Labels): string {
  return JSON.stringify([name, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

export function parseMetrics(text: string): Metrics {
  const values = new Map<string, number>();
  const labelsByName = new Map<string, Labels[]>();
  const told = new Set<string>();
  for (const line of text.split('\n').filter(Boolean)) {
    if (line.startsWith('#')) {
      const [, kind = '', family = ''] = line.split(' ');
      expect(['HELP', 'TYPE']).toContain(kind);
      expect(told.has(`${kind} ${family}`), line).toBe(false);
      told.add(`${kind} ${family}`);
      continue;
    }
    const [, name = '', labelText = '', value] = sample.exec(line) ?? [];
    expect(value, line).toBeDefined();
    expect(told.has(`TYPE ${name}`) || told.has(`TYPE ${name.replace(/_(bucket|sum|count)$/, '')}`), line).toBe(true);
    const labels = labelsIn(labelText);
    const key = keyOf(name, labels);
    expect(values.has(key), line).toBe(false);
    values.set(key, Number(value));
    labelsByName.set(name, [...(labelsByName.get(name) ?? []), labels]);
  }
  return {
    text,
    numberOf: (name, labels = {}) => values.get(keyOf(name, labels)),
    labelsOf: (name) => labelsByName.get(name) ?? [],
  };
}

/** Asks for the metrics, which must be there. */
export async function readMetrics(address: string): Promise<Metrics> {
  const response = await fetch(address);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return parseMetrics(await response.text());
}
