import { AST_NODE_TYPES, type TSESTree } from '@typescript-eslint/utils';
import { rule } from './rule.ts';

const brandsOf = (program: TSESTree.Program): Set<string> =>
  new Set(
    program.body
      .map((statement) => (statement.type === AST_NODE_TYPES.ExportNamedDeclaration ? statement.declaration : statement))
      .filter((statement) => statement?.type === AST_NODE_TYPES.TSTypeAliasDeclaration)
      .filter(({ typeAnnotation }) => nameOf(typeAnnotation) === 'Brand')
      .map(({ id }) => id.name),
  );

const nameOf = (type: TSESTree.TypeNode): string | undefined =>
  type.type === AST_NODE_TYPES.TSTypeReference && type.typeName.type === AST_NODE_TYPES.Identifier ? type.typeName.name : undefined;

/**
 * Forbids type assertions. Two are allowed: `as const`, and `as Name` in the file that declares
 * `type Name = Brand<…>`, since a brand's constructor can be written in no other way.
 */
export const brandConstructorsOnly = rule({
  meta: {
    type: 'problem',
    schema: [],
    defaultOptions: [],
    messages: {
      assertion:
        'A type assertion silences the compiler. Parse at the boundary with zod, narrow with a guard, or use satisfies; ' +
        'only the file that declares a brand may assert it.',
    },
  },
  create: (context) => {
    const brands = brandsOf(context.sourceCode.ast);
    const check = (node: TSESTree.TSAsExpression | TSESTree.TSTypeAssertion): void => {
      const name = nameOf(node.typeAnnotation);
      if (name === 'const' || (name !== undefined && brands.has(name))) return;
      context.report({ node, messageId: 'assertion' });
    };
    return { TSAsExpression: check, TSTypeAssertion: check };
  },
});
