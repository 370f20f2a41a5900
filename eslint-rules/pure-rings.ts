import type { TSESLint } from '@typescript-eslint/utils';

const clockMessage = 'Time is an input: take it from the command or the Clock port.';
const randomMessage = 'Identity and chance are inputs: take them from the command or the Ids port.';
const environmentMessage = 'Settings and the process belong to the composition root.';
const waitingMessage = 'Waiting is an effect: say when something is due, or wait by the Clock port.';
const inputOutputMessage = 'The inner rings do no input or output: declare a port.';

interface Banned {
  readonly name: string;
  readonly message: string;
}

interface BannedProperty {
  readonly object?: string;
  readonly property: string;
  readonly message: string;
}

const globals = (names: readonly string[], message: string): Banned[] => names.map((name) => ({ name, message }));

const syntax = [
  { selector: 'ThrowStatement', message: 'An expected outcome is a Result, not an exception.' },
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: clockMessage },
  { selector: 'CallExpression[callee.name="Date"]', message: clockMessage },
];

const properties: BannedProperty[] = [
  { object: 'Date', property: 'now', message: clockMessage },
  { object: 'Temporal', property: 'Now', message: clockMessage },
  { object: 'AbortSignal', property: 'timeout', message: waitingMessage },
  { object: 'Math', property: 'random', message: randomMessage },
];

/** neverthrow's ways back to exceptions; banned in all of `src`. */
export const neverthrowEscapes: BannedProperty[] = ['_unsafeUnwrap', '_unsafeUnwrapErr'].map((property) => ({
  property,
  message: 'It throws on the other outcome. Match both.',
}));

const bannedGlobals: Banned[] = [
  ...globals(['performance'], clockMessage),
  ...globals(['crypto', 'Crypto'], randomMessage),
  ...globals(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'], waitingMessage),
  ...globals(['process', 'navigator'], environmentMessage),
  ...globals(['fetch', 'WebSocket', 'EventSource', 'console'], inputOutputMessage),
  ...globals(['globalThis', 'global', 'self'], 'A global reached by way of the global object is still a global.'),
];

/** What keeps `src/domain` and `src/application` free of clock, chance, waiting, environment and exceptions. */
export const pureRingRules = {
  'no-restricted-syntax': ['error', ...syntax],
  'no-restricted-properties': ['error', ...properties, ...neverthrowEscapes],
  'no-restricted-globals': ['error', ...bannedGlobals],
} satisfies TSESLint.FlatConfig.Rules;
