import { relative, sep } from 'node:path';
import { rule } from './rule.ts';

const empty = ['util', 'utils', 'helper', 'helpers', 'common', 'manager', 'base', 'misc'];
const kebabCase = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;

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
        if (!kebabCase.test(name)) context.report({ node, messageId: 'spelling', data: { name } });
        if (name.split(/[-.]/).some((word) => empty.includes(word))) {
          context.report({ node, messageId: 'empty', data: { name } });
        }
      }
    },
  }),
});
