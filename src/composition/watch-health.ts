import type { WorkLog } from '../adapters/telemetry/watched-work.ts';
import { backgroundOf } from './background-parts.ts';
import type { Container } from './parts.ts';

/** Something an operator should know while it lasts. */
export type Trouble = Readonly<{ about: string; details: object; begun: string; over: string }>;

const lookMillis = 2_000;

const ofBackground = (container: Container): readonly Trouble[] =>
  backgroundOf(container).flatMap(({ name, part }) => {
    const { lastError: reason } = part.health();
    return reason === null ? [] : [{ about: name, details: { part: name, reason }, begun: 'a background part fails', over: 'a background part works again' }];
  });

const ofProjectors = (container: Container): readonly Trouble[] =>
  container.get('projectors').health().flatMap(({ projection, lastError, alarms }) => {
    const failing = { about: `${projection} fails`, details: { projection, reason: lastError }, begun: 'a projection fails', over: 'a projection works again' };
    const alarming = { about: `${projection} alarms`, details: { projection, alarms }, begun: 'a projection has an alarm', over: 'a projection has no alarm any more' };
    return [...(lastError === null ? [] : [failing]), ...(alarms.length === 0 ? [] : [alarming])];
  });

const ofProvider = (container: Container): readonly Trouble[] => {
  const closed = container.get('tokenPorts').gate.closed();
  if (closed === null) return [];
  const { because, tiktok } = closed;
  const details = { because, code: tiktok?.code ?? null, logId: tiktok?.logId ?? null };
  return [{ about: because, details, begun: 'refreshing has stopped', over: 'refreshing goes on' }];
};

const troublesOf = (container: Container): readonly Trouble[] => [...ofBackground(container), ...ofProjectors(container), ...ofProvider(container)];

/** Says when a trouble begins and when it is over; nothing in between. */
export const createHealthWatch = (look: () => readonly Trouble[], log: Pick<WorkLog, 'info' | 'warn'>): (() => void) => {
  let known: ReadonlyMap<string, Trouble> = new Map();
  return () => {
    const now = new Map(look().map((trouble) => [trouble.about, trouble]));
    for (const [about, { details, begun }] of now) if (!known.has(about)) log.warn(details, begun);
    for (const [about, { details, over }] of known) if (!now.has(about)) log.info(details, over);
    known = now;
  };
};

/** Writes down what is amiss behind the requests. Looks at what is known in memory alone. */
export const watchHealth = (container: Container): { stop: () => Promise<void> } => {
  const watch = createHealthWatch(() => troublesOf(container), container.get('workLog'));
  const timer = setInterval(watch, lookMillis);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      return Promise.resolve();
    },
  };
};
