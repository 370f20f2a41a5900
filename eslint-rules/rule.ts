import { ESLintUtils } from '@typescript-eslint/utils';

/** Makes one of this project's own rules; every one of them is explained by its message. */
export const rule = ESLintUtils.RuleCreator.withoutDocs;
