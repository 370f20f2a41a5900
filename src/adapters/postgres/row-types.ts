import { z } from 'zod';
import { connectionId, userId } from '../../domain/values/ids.ts';
import { instant } from '../../domain/values/instant.ts';
import { scope } from '../../domain/values/scopes.ts';

/** `timestamptz` as the driver gives it. Ours hold whole milliseconds. */
export const instantColumn = z.date().transform((date) => instant(date.getTime()));
export const connectionIdColumn = z.string().transform(connectionId);
export const userIdColumn = z.string().transform(userId);
export const scopesColumn = z.array(z.string().transform(scope));
