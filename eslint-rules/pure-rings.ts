import type { TSESLint } from '@typescript-eslint/utils';

const clockMessage = 'Time is an input: take it from the command or the Clock port.';
const randomMessage = 'Identity and chance are inputs: take them from the command or the Ids port.';
const environmentMessage = 'Settings and the process belong to the composition root.';
const waitingMessage = 'The domain does not wait. Say when something is due and let a worker come back.';
const inputOutputMessage = 'The inner rings do no input or output: declare a port.';

const globals = (names: readonly string[], message: string) => names.map((name) => ({ name, message }));

const syntax = [
  { selector: 'ThrowStatement', message: 'An expected outcome is a Result, not an exception.' },
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: clockMessage },
  { selector: 'CallExpression[callee.name="Date"]', message: clockMessage },
];

const properties = [
  { object: 'Date', property: 'now', message: clockMessage },
  { object: 'Temporal', property: 'Now', message: clockMessage },
  { object: 'Math', property: 'random', message: randomMessage },
];

const sharedGlobals = [
  ...globals(['performance'], clockMessage),
  ...globals(['crypto', 'Crypto'], randomMessage),
  ...globals(['process', 'navigator'], environmentMessage),
  ...globals(['fetch', 'WebSocket', 'EventSource', 'console'], inputOutputMessage),
  ...globals(['globalThis', 'global', 'self'], 'A global reached by way of the global object is still a global.'),
];

const timers = globals(
  ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'clearTimeout', 'clearInterval', 'clearImmediate'],
  waitingMessage,
);

/** What keeps `src/application` free of clock, chance, environment and exceptions. */
export const applicationRules = {
  'no-restricted-syntax': ['error', ...syntax],
  'no-restricted-properties': ['error', ...properties],
  'no-restricted-globals': ['error', ...sharedGlobals],
} satisfies TSESLint.FlatConfig.Rules;

/** The same for `src/domain`, which does not wait either. */
export const domainRules = {
  ...applicationRules,
  'no-restricted-globals': ['error', ...sharedGlobals, ...timers],
} satisfies TSESLint.FlatConfig.Rules;
