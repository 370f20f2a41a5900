import type { Family, Sample } from '../../adapters/telemetry/family.ts';

export const prefix = 'tiktok_connections_';

export const gauge = (name: string, help: string, samples: readonly Sample[]): Family => ({ name: `${prefix}${name}`, help, type: 'gauge', samples });

export const one = (value: number): readonly Sample[] => [{ labels: {}, value }];
