import type { Ids } from '../../../application/ports/ids.ts';
import { secret } from '../../../domain/values/secret.ts';

const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** Of a body as it was sent, whatever the order of its fields. Compared for ever, so no default of ours goes into it. */
export const requestDigest = (ids: Pick<Ids, 'digest'>, body: unknown): string => ids.digest(secret(JSON.stringify(body, sorted)));
