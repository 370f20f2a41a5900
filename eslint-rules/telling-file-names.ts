import { relative, sep } from 'node:path';
import { rule } from './rule.ts';

const empty = ['util', 'utils', 'helper', 'helpers', 'common', 'manager', 'base', 'misc'];
const kebabCase = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;

export type NameProblem = 'spelling' | 'empty';

/** What is wrong with one name on a path, or null. Documents in capitals (README.md) are fine. */
export const problemOfName = (name: string): NameProblem | null => {
  if (name.split(/[-.]/).some((word) => empty.includes(word.toLowerCase()))) return 'empty';
  return kebabCase.test(name) || /^[A-Z]+(\.md)?$/.test(name) ? null : 'spelling';
};

/** Names of files and folders are kebab-case words of the field; those of `empty` say nothing about what is inside. */
export const tellingFileNames = rule({
  meta: {
    type: 'problem',
    schema: [],
    defaultOptions: [],
    messages: {
      spelling: '"{{name}}" is not kebab-case.',
      empty: '"{{name}}" says nothing about what is inside. Name the concept.',
    },
  },
  create: (context) => ({
    Program: (node) => {
      for (const name of relative(context.cwd, context.filename).split(sep)) {
        const messageId = problemOfName(name);
        if (messageId !== null) context.report({ node, messageId, data: { name } });
      }
    },
  }),
});
