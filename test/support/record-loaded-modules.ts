import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import process from 'node:process';

// Loaded before the program (`--import`): writes down which modules it had loaded when it began to listen.

const modules: string[] = [];
registerHooks({
  load: (url, context, next) => {
    modules.push(url);
    return next(url, context);
  },
});

/** Names of the parts of Node that are loaded; typed nowhere. */
const partsOfNode = (): unknown => Reflect.get(process, 'moduleLoadList');

subscribe('tracing:net.server.listen:asyncEnd', () => {
  const file = process.env['LOADED_MODULES'];
  if (file !== undefined) writeFileSync(file, JSON.stringify({ modules, partsOfNode: partsOfNode() }));
});
