// The process: config → store → app → listen → close gracefully.
import { keepCompiled, resolveQuickly } from './module-loading.js';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  console.error(
    `Copydesk needs Node 22.12 or newer; this is ${process.version}. Start it by "npm start", which brings its own.`,
  );
  process.exit(1);
}

const args = process.argv.slice(2);
if (args.length > 0) {
  const { answerArguments } = await import('./arguments.js');
  process.exit(answerArguments(args));
}

// Loaded only now: an older Node cannot load the native parts at all.
keepCompiled();
resolveQuickly();
const { startServer } = await import('./start.js');
await startServer();
