import { registerHooks } from 'node:module';

const nothing = { url: 'data:text/javascript,', format: 'module', shortCircuit: true };

/**
 * zod loads its messages in half a hundred languages with every import, each a module. They are never shown: what a caller
 * reads is written here. English, zod's default, is not among what is left out.
 * @returns to be called once zod is loaded
 */
export const leaveOutLanguages = (): (() => void) => {
  const hooks = registerHooks({
    resolve: (specifier, context, next) => {
      const languages = specifier.endsWith('/locales/index.js') && context.parentURL?.includes('/node_modules/zod/') === true;
      return languages ? nothing : next(specifier, context);
    },
  });
  return () => hooks.deregister();
};
