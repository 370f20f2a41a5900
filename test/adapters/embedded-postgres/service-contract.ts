import { z } from 'zod';

/** What `service-program.ts` takes. */
export const serviceOptions = z.object({
  dataDir: z.string(),
  settings: z.record(z.string(), z.string()).default({}),
  asRoot: z.enum(['namespace', 'other-user']).exactOptional(),
  binariesFolder: z.string().exactOptional(),
  copiesFolder: z.string().exactOptional(),
  port: z.number().exactOptional(),
});

export type ServiceOptions = z.input<typeof serviceOptions>;

/** What it prints. */
export const serviceAnswer = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), url: z.string(), adopted: z.boolean(), dataDir: z.string() }),
  z.object({ ok: z.literal(false), kind: z.string(), sentence: z.string() }),
]);

export type ServiceAnswer = z.infer<typeof serviceAnswer>;
