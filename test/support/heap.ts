// How much of its heap a running server really needs, by its inspector.
import { once } from 'node:events';
import type { RunningServer } from './processes.js';

/** What a server is to be started with. */
export const inspectable = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };

interface Told {
  id: number;
  result: { usedSize: number };
}

/** Bytes of the heap that are left in use once everything that can be collected has been. */
export async function heapInUse({ stderr }: RunningServer): Promise<number> {
  const [, address] = /^Debugger listening on (ws:\S+)$/m.exec(stderr) ?? [];
  if (address === undefined) throw new Error(`The server has no inspector: ${stderr}`);
  const socket = new WebSocket(address);
  await once(socket, 'open');
  let asked = 0;
  const ask = async (method: string): Promise<Told['result']> => {
    asked += 1;
    socket.send(JSON.stringify({ id: asked, method }));
    for (;;) {
      const [message] = (await once(socket, 'message')) as [{ data: string }];
      const { id, result } = JSON.parse(message.data) as Told;
      if (id === asked) return result;
    }
  };
  // What a first collection finalizes, a second takes.
  for (let i = 0; i < 2; i++) await ask('HeapProfiler.collectGarbage');
  const { usedSize } = await ask('Runtime.getHeapUsage');
  socket.close();
  return usedSize;
}
