import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installation, type Installation } from '../support/installation.ts';
import { killAllAbout } from '../support/processes.ts';
import { killLeftovers, startService, type ServiceProcess } from '../support/service-process.ts';
import { openWire } from '../support/wire.ts';

afterAll(killLeftovers);

const lines = 60;
const pathOf = (index: number): string => `/v1/nothing-${index}-here`;

describe('the log of requests', () => {
  let place: Installation;
  let service: ServiceProcess;

  beforeAll(async () => {
    place = await installation();
    service = await startService({ ...place.environment, LOG_LEVEL: 'info' });
  });
  afterAll(async () => {
    await killAllAbout(place.folder);
    await place.remove();
  });

  const ask = async (from: number, to: number): Promise<void> => {
    const wire = await openWire(service.url);
    for (let index = from; index < to; index += 1) expect((await wire.call({ url: pathOf(index) })).status).toBe(404);
  };
  const logged = (): readonly string[] =>
    service
      .output()
      .split('\n')
      .filter((line) => line.includes('"answered"'));

  it('is written soon, also when no further request comes', async () => {
    await ask(0, 1);
    await expect.poll(() => logged().some((line) => line.includes(pathOf(0))), { timeout: 5_000, interval: 10 }).toBe(true);
  });

  it('is whole when the service is told to end right after its last answer', async () => {
    await ask(1, lines);
    expect(await service.stop()).toBe(0);
    const written = logged();
    for (let index = 0; index < lines; index += 1) expect(written.filter((line) => line.includes(`${pathOf(index)}"`))).toHaveLength(1);
    for (const line of written) expect(() => void JSON.parse(line)).not.toThrow();
    const all = service.output();
    expect(all.lastIndexOf('"answered"')).toBeLessThan(all.indexOf('"stopped"'));
  });
});
