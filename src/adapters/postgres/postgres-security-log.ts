import type pg from 'pg';
import type { SecurityLog } from '../../application/ports/security-log.ts';
import { ask, nothing } from './database.ts';

const record = {
  name: 'security_log.record',
  text: `insert into tiktok_connections.security_log (kind, principal, connection_id, detail) values ($1, $2, $3, $4)`,
};

export const createSecurityLog = (pool: pg.Pool): SecurityLog => ({
  record: ({ kind, principal, connectionId, detail }) =>
    ask(pool, record, [kind, principal, connectionId, JSON.stringify(detail)], nothing).map(() => undefined),
});
