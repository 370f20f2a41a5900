import { describe, it } from 'vitest';
import { publishRequestDecider, type RequestPublish } from '../../../src/domain/connection/request-publish.ts';
import { publicationId } from '../../../src/domain/values/ids.ts';
import { scope } from '../../../src/domain/values/scopes.ts';
import { connected, disconnected, reauthorizationRequired } from '../../support/sample-events.ts';
import { specificationOf } from '../given.ts';
import { request, second } from '../publication/commands.ts';
import { ada, basic, bob, publish } from './commands.ts';

const given = specificationOf(publishRequestDecider);
const mayPublish = connected({ userId: ada, scopes: [basic, publish] });
const id = publicationId('publication 1');

const requestPublish = (changes: Partial<RequestPublish> = {}): RequestPublish => ({
  type: 'RequestPublish',
  life: 1,
  requester: ada,
  publicationId: id,
  request: request(),
  title: 'Spring sale #shoes',
  description: null,
  video: null,
  sourceProblems: [],
  at: second(1),
  ...changes,
});

const requested = (of = request()) =>
  ({ type: 'PublishRequested', data: { life: 1, publicationId: id, userId: ada, request: of, requestedAt: second(1) } }) as const;

describe('a request to publish', () => {
  it('is recorded with the request, once', () => {
    given(mayPublish).when(requestPublish()).then(requested());
    given(mayPublish, requested()).when(requestPublish()).thenNothing();
  });

  it('is remembered over a re-consent', () => {
    given(mayPublish, requested(), connected({ userId: ada, scopes: [basic] })).when(requestPublish()).thenNothing();
  });

  it('may come from a service, for any user, and from no other user', () => {
    given(mayPublish).when(requestPublish({ requester: null })).then(requested());
    given(mayPublish).when(requestPublish({ requester: bob })).thenRejected({ kind: 'NotYourConnection' });
  });

  it('needs a connection that lives and tokens that work', () => {
    given().when(requestPublish()).thenRejected({ kind: 'NotConnected' });
    given(mayPublish, disconnected()).when(requestPublish()).thenRejected({ kind: 'NotConnected' });
    given(mayPublish, reauthorizationRequired({ reason: 'refresh_rejected' }))
      .when(requestPublish())
      .thenRejected({ kind: 'ReauthorizationNeeded', reason: 'refresh_rejected' });
    given(mayPublish).when(requestPublish({ life: 2 })).thenRejected({ kind: 'LifeIsOver', life: 2 });
  });

  it('needs video.publish to post and video.upload for a draft', () => {
    given(connected({ userId: ada, scopes: [basic, scope('video.upload')] }))
      .when(requestPublish())
      .thenRejected({ kind: 'MissingScope', scope: publish });
    given(mayPublish)
      .when(requestPublish({ request: request({ mode: 'draft' }) }))
      .thenRejected({ kind: 'MissingScope', scope: scope('video.upload') });
  });

  it('is refused with every problem at once, also those of its addresses', () => {
    const notVerified = { kind: 'UrlNotVerified', detail: 'verify it' } as const;
    const settings = { ...request().settings, privacyLevel: 'SELF_ONLY', brandContent: true } as const;
    const consent = { confirmedAt: second(0), musicUsage: true, brandedContentPolicy: true };
    given(mayPublish)
      .when(requestPublish({ request: request({ settings, consent }), sourceProblems: [notVerified] }))
      .thenRejected({
        kind: 'PostNotAllowed',
        problems: [
          { kind: 'BrandedContentCannotBePrivate', detail: 'Branded content visibility cannot be set to private: choose another privacy level.' },
          notVerified,
        ],
      });
  });
});
