import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { FastifyInstance } from 'fastify';
import { DomainError } from '../kernel/errors.js';

const lookMs = 1000;
/** How often the monitor has the loop turn, which is no delay of it. */
const resolutionMs = 10;

/**
 * Refuses requests while the event loop is late, rather than let them wait; whether the server lives can be asked all the same.
 * @param delayMaxMs mean delay, over a second, beyond which it is; 0 for never
 */
export function refuseUnderPressure(app: FastifyInstance, delayMaxMs: number): void {
  if (delayMaxMs === 0) return;
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  let isLate = false;
  const look = setInterval(() => {
    // Nothing was measured: it has not turned at all.
    isLate = Number.isNaN(delays.mean) || delays.mean / 1e6 - resolutionMs > delayMaxMs;
    delays.reset();
  }, lookMs).unref();
  app.addHook('onClose', async () => {
    clearInterval(look);
    delays.disable();
  });
  app.addHook('onRequest', (request, _reply, done) => {
    if (!isLate || request.url === '/healthz') done();
    else done(new DomainError('unavailable', 'The server has more to do than it can. Try again.'));
  });
}
