import type { Call } from './call.ts';

export const bearerOf = (call: Call): string | null => /^Bearer (.+)$/i.exec(call.headers['authorization'] ?? '')?.[1] ?? null;
