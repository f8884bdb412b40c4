// Has Node run the sources as they are: node --import ./src/typescript.mjs src/server.ts. Node takes the types out of a file by
// itself and keeps what it compiled; tsx, which has another program do it, takes twice as long to start and 15 MB more. It is
// there for Nodes that cannot (before 24).
import nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';

const [major = 0] = process.versions.node.split('.').map(Number);
if (major >= 24 && process.features.typescript) {
  // Before any file is read, for what takes the types out has 15 MB by itself: src/module-loading.ts has the rest of it.
  nodeModule.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/copydesk', import.meta.url)));
  nodeModule.registerHooks({ resolve });
} else await import('tsx');

/** Imports name files as they are called once they are built. */
function resolve(specifier, context, next) {
  const { parentURL } = context;
  if (!specifier.startsWith('.') || !specifier.endsWith('.js') || !parentURL?.endsWith('.ts'))
    return next(specifier, context);
  const { href } = new URL(`${specifier.slice(0, -3)}.ts`, parentURL);
  return { url: href, format: 'module-typescript', shortCircuit: true };
}
