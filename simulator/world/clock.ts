import { z } from 'zod';

/** `offsetMs` is added to the real time; while `frozenAt` (ms since the epoch) is set, time stands still there. */
export const clockSettingSchema = z.object({ offsetMs: z.number().int(), frozenAt: z.number().int().nullable() });
export type ClockSetting = z.infer<typeof clockSettingSchema>;

export const realTime: ClockSetting = { offsetMs: 0, frozenAt: null };

/** The simulated time in ms since the epoch. */
export function timeOf(setting: ClockSetting): number {
  return setting.frozenAt ?? Date.now() + setting.offsetMs;
}

export function advanced(setting: ClockSetting, ms: number): ClockSetting {
  return setting.frozenAt === null ? { ...setting, offsetMs: setting.offsetMs + ms } : { ...setting, frozenAt: setting.frozenAt + ms };
}

export function movedTo(setting: ClockSetting, time: number): ClockSetting {
  return setting.frozenAt === null ? { ...setting, offsetMs: time - Date.now() } : { ...setting, frozenAt: time };
}

export function frozen(setting: ClockSetting): ClockSetting {
  return { ...setting, frozenAt: timeOf(setting) };
}

export function running(setting: ClockSetting): ClockSetting {
  return { offsetMs: timeOf(setting) - Date.now(), frozenAt: null };
}
