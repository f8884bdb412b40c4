// Ports for what has to know its own before it listens.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

function canBeHad(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** A free port, of those that the machine gives to nobody who asks for any: it stays free until it is used. */
export async function freePort(): Promise<number> {
  const [first = 0] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/).map(Number);
  const lowest = Math.max(1024, first - 10_000);
  for (;;) {
    const port = lowest + Math.floor(Math.random() * Math.max(1000, first - lowest));
    if (await canBeHad(port)) return port;
  }
}
