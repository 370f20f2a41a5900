import { z } from 'zod';
import { isCertain } from './answer-headers.ts';

const answers = z.record(z.string(), z.looseObject({ headers: z.record(z.string(), z.looseObject({})).optional() }));
const paths = z.record(z.string(), z.record(z.string(), z.looseObject({ responses: answers })));

type Paths = z.output<typeof paths>;

const answersIn = (written: Paths): z.output<typeof answers>[string][] =>
  Object.values(written)
    .flatMap((operations) => Object.values(operations))
    .flatMap(({ responses }) => Object.values(responses));

/** Says of each header whether it is always there, which the writer of the document has no word for. @param document is not changed */
export const withCertainty = (document: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const written = paths.parse(document['paths']);
  for (const { headers = {} } of answersIn(written)) {
    for (const [name, header] of Object.entries(headers)) header['required'] = isCertain(name);
  }
  return { ...document, paths: written };
};
