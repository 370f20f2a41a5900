import { z } from 'zod';

const health = z.enum(['ok', 'degraded', 'unavailable']);

const partSchema = z.strictObject({ status: health, detail: z.string().nullable() });

/** `unavailable` when this replica cannot serve at all; `degraded` when it can, but someone should look. */
export const readinessSchema = z
  .strictObject({ status: health, parts: z.record(z.string(), partSchema) })
  .meta({ id: 'Readiness', description: 'Whether this replica can serve, part by part.' });

export type ReadinessPart = Readonly<z.infer<typeof partSchema>>;
/** The whole is as bad as its worst part that this replica cannot do without. */
export type Readiness = Readonly<{ status: ReadinessPart['status']; parts: Readonly<Record<string, ReadinessPart>> }>;
