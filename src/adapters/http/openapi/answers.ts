import { z } from 'zod';
import { problemCatalogue, type ProblemCode } from '../problems/catalogue.ts';
import { problemSchema } from '../problems/problem-schema.ts';
import { problemMediaType } from '../problems/write-problem.ts';

/** An answer as the OpenAPI document shows it and as it is serialised. */
export type Answer = Readonly<{ description: string; content: Readonly<Record<string, { schema: z.ZodType }>> }>;

export const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

export const text = (mediaType: string, description: string) => ({ description, content: { [mediaType]: { schema: z.string() } } });

export const page = (description: string) => text('text/html', description);

/** An answer without a body. */
export const bare = (description: string) => z.undefined().describe(description);

const answerOfStatus = (codes: readonly ProblemCode[]): Answer => {
  const [first, ...others] = codes.map(problemSchema);
  const schema = others.length === 0 ? first : z.union([...codes.map(problemSchema)]);
  return {
    description: codes.map((code) => `\`${code}\`: ${problemCatalogue[code].title}.`).join(' '),
    content: { [problemMediaType]: { schema: schema ?? z.never() } },
  };
};

/** What a request whose very headers contradict one another ends in. */
export const unreadable = { 400: answerOfStatus(['invalid_request']) } as const;

/** What every request can end in: an address or a header that cannot be read, and faults of ours. */
const always: readonly ProblemCode[] = ['invalid_request', 'unavailable'];

/** The problems of an operation by their status; those of every operation are among them. */
export const problems = (...codes: readonly ProblemCode[]): Readonly<Record<number, Answer>> => {
  const all = [...new Set([...always, ...codes])];
  const statuses = [...new Set(all.map((code) => problemCatalogue[code].status))];
  return Object.fromEntries(
    statuses.map((status) => [status, answerOfStatus(all.filter((code) => problemCatalogue[code].status === status))]),
  );
};
