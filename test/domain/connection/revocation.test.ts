import { describe, it } from 'vitest';
import { connectionDecider } from '../../../src/domain/connection/decide.ts';
import type { IgnoreRevocation } from '../../../src/domain/connection/commands.ts';
import { webhookId } from '../../../src/domain/values/ids.ts';
import { connected, disconnected, reauthorizationRequired, revocationIgnored } from '../../support/sample-events.ts';
import { specificationOf } from '../given.ts';
import { disconnect, minute } from './commands.ts';

const given = specificationOf(connectionDecider);

const ignore = (changes: Partial<IgnoreRevocation> = {}): IgnoreRevocation => ({
  type: 'IgnoreRevocation',
  life: 1,
  webhookId: webhookId('webhook 1'),
  why: 'still_granted',
  at: minute(7),
  ...changes,
});

describe("TikTok's word that an authorization was removed", () => {
  it('is recorded when nothing confirms it, and the life goes on', () => {
    given(connected()).when(ignore()).then(revocationIgnored({ ignoredAt: minute(7) }));
  });

  it('is recorded once, however often it is worked on', () => {
    given(connected(), revocationIgnored()).when(ignore({ why: 'older_life' })).thenNothing();
  });

  it('is still known after a new consent in the same life', () => {
    given(connected(), revocationIgnored(), connected()).when(ignore()).thenNothing();
  });

  it('is recorded where the person has to consent again', () => {
    given(connected(), reauthorizationRequired())
      .when(ignore({ why: 'not_confirmable' }))
      .then(revocationIgnored({ why: 'not_confirmable', ignoredAt: minute(7) }));
  });

  it('says nothing about a later life', () => {
    given(connected(), disconnected(), connected({ life: 2 })).when(ignore()).thenRejected({ kind: 'LifeIsOver', life: 1 });
  });

  it('changes nothing where nothing is connected', () => {
    given(connected(), disconnected()).when(ignore()).thenRejected({ kind: 'NotConnected' });
  });

  it('ends the life with its reason code when it is confirmed', () => {
    const by = { kind: 'tiktok', reason: 2 } as const;
    given(connected(), revocationIgnored())
      .when(disconnect({ requester: null, by }))
      .then(disconnected({ by, disconnectedAt: minute(9) }));
  });
});
