import { AST_NODE_TYPES, ESLintUtils, type TSESTree } from '@typescript-eslint/utils';
import type ts from 'typescript';
import { rule } from './rule.ts';

const resultNames = new Set(['Ok', 'Err', 'Result', 'ResultAsync']);

const declaredByNeverthrow = (symbol: ts.Symbol | undefined): boolean =>
  symbol !== undefined &&
  resultNames.has(symbol.name) &&
  (symbol.declarations ?? []).some((declaration) =>
    /[/\\]node_modules[/\\]neverthrow[/\\]/.test(declaration.getSourceFile().fileName),
  );

/** A Result, or something that holds one: a promise of it, a list of them, or a union with one among its members. */
const holdsResult = (type: ts.Type, checker: ts.TypeChecker): boolean => {
  if (type.isUnion()) return type.types.some((member) => holdsResult(member, checker));
  if (declaredByNeverthrow(type.aliasSymbol) || declaredByNeverthrow(type.symbol)) return true;
  const settled = checker.getAwaitedType(type);
  if (settled !== undefined && settled !== type) return holdsResult(settled, checker);
  if (!checker.isArrayType(type) && !checker.isTupleType(type)) return false;
  const element = type.getNumberIndexType();
  return element !== undefined && holdsResult(element, checker);
};

/** The published rule for neverthrow predates flat configuration; this one also sees awaited, voided and listed Results. */
export const noUnusedResult = rule({
  meta: {
    type: 'problem',
    schema: [],
    defaultOptions: [],
    messages: {
      unused: 'This Result is dropped, and with it the error it may hold. Return it, match it, or name what happens on error.',
    },
  },
  create: (context) => {
    const services = ESLintUtils.getParserServices(context);
    const checker = services.program.getTypeChecker();
    const check = (expression: TSESTree.Expression): void => {
      if (expression.type === AST_NODE_TYPES.AssignmentExpression) return;
      if (expression.type === AST_NODE_TYPES.UnaryExpression && expression.operator === 'void') return;
      if (holdsResult(services.getTypeAtLocation(expression), checker)) {
        context.report({ node: expression, messageId: 'unused' });
      }
    };
    return {
      ExpressionStatement: ({ expression }) => check(expression),
      'UnaryExpression[operator="void"]': ({ argument }: TSESTree.UnaryExpression) => check(argument),
    };
  },
});
