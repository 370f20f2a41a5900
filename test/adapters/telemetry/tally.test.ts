import { describe, expect, test } from 'vitest';
import { expositionOf } from '../../../src/adapters/telemetry/family.ts';
import { createTally, createTiming } from '../../../src/adapters/telemetry/tally.ts';
import { createTallies } from '../../../src/adapters/telemetry/tallies.ts';
import { parseScrape } from '../../support/prometheus.ts';

describe('what is counted', () => {
  test('is shown from 0 on where its labels are known before', () => {
    const tally = createTally({ name: 'seen_total', help: 'Seen.', labels: ['what'] }, [{ what: 'known' }]);
    tally.add({ what: 'new' });
    tally.add({ what: 'new' });
    expect(expositionOf([tally.read()])).toBe('# HELP seen_total Seen.\n# TYPE seen_total counter\nseen_total{what="known"} 0\nseen_total{what="new"} 2\n');
  });

  test('keeps labels apart that read the same when put together', () => {
    const tally = createTally({ name: 'seen_total', help: 'Seen.', labels: ['a', 'b'] });
    tally.add({ a: 'x', b: 'yz' });
    tally.add({ a: 'xy', b: 'z' });
    expect(tally.read().samples.map(({ value }) => value)).toEqual([1, 1]);
  });

  test('shows values of labels as they are, whatever they hold', () => {
    const tally = createTally({ name: 'seen_total', help: 'Seen.', labels: ['what'] });
    tally.add({ what: 'a "quoted" back\\slash\nand a line' });
    expect(expositionOf([tally.read()])).toContain('{what="a \\"quoted\\" back\\\\slash\\nand a line"} 1');
  });
});

test('durations fall into every bucket that is wide enough', () => {
  const timing = createTiming({ name: 'took_seconds', help: 'Took.', labels: ['what'] });
  for (const seconds of [0.005, 0.3, 31]) timing.add({ what: 'x' }, seconds);
  const shown = parseScrape(expositionOf([timing.read()]));
  const within = (le: string) => shown.sum('took_seconds_bucket', { what: 'x', le });
  expect([within('0.005'), within('0.25'), within('0.5'), within('30'), within('+Inf')]).toEqual([1, 1, 2, 2, 3]);
  expect([shown.sum('took_seconds_count'), shown.sum('took_seconds_sum')]).toEqual([3, 31.305]);
});

describe('the labels of the service', () => {
  const shown = (tallies: ReturnType<typeof createTallies>) => parseScrape(expositionOf(tallies.read()));

  test('stay few whatever callers send', () => {
    const tallies = createTallies();
    const before = shown(tallies).series.length;
    for (let caller = 0; caller < 100; caller += 1) {
      tallies.request({ method: `MADE-UP-${caller}`, route: null, status: 404, seconds: 0.01 });
      tallies.webhookReceived(`made.up.${caller}`, 'stored');
    }
    const after = shown(tallies);
    expect(after.sum('tiktok_connections_http_requests_total', { method: 'other', route: 'none', status: '4xx' })).toBe(100);
    expect(after.sum('tiktok_connections_webhooks_received_total', { event: 'other', outcome: 'stored' })).toBe(100);
    // One count and one histogram of requests.
    expect(after.series.length - before).toBe(1 + 15);
  });
});
