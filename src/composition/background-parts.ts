import type { LoopHealth } from '../adapters/postgres/background-loop.ts';
import type { Container } from './parts.ts';

/** What works behind the requests; started, stopped and looked after together. */
export type BackgroundPart = Readonly<{
  name: 'expiry_sweep' | 'media_sweep' | 'work' | 'publishing' | 'uploads' | 'webhooks';
  part: Readonly<{ start: () => void; stop: () => Promise<void>; health: () => Pick<LoopHealth, 'running' | 'lastError'> }>;
}>;

export const backgroundOf = (container: Container): readonly BackgroundPart[] => [
  { name: 'expiry_sweep', part: container.get('expirySweep') },
  { name: 'media_sweep', part: container.get('mediaSweep') },
  { name: 'work', part: container.get('work') },
  { name: 'publishing', part: container.get('publishWork') },
  { name: 'uploads', part: container.get('uploadWork') },
  { name: 'webhooks', part: container.get('webhookWork') },
];
