import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemIds } from '../../../src/adapters/system/system-ids.ts';
import { uuidV5 } from '../../../src/adapters/system/uuid-v5.ts';
import { streamName } from '../../../src/application/ports/event-names.ts';
import { clientKey, commandId, isUuid, openId } from '../../../src/domain/values/ids.ts';
import { secret } from '../../../src/domain/values/secret.ts';

describe('uuidV5', () => {
  it('gives the example of RFC 9562, appendix A.4', () => {
    const dnsNamespace = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
    expect(uuidV5(dnsNamespace, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });
});

describe('the ids of the system', () => {
  it('gives one TikTok account of one app one connection id for ever', () => {
    expect(systemIds.connectionId(clientKey('key'), openId('-000_A'))).toBe('d01473ce-3eb5-5787-866b-83840da052e9');
  });

  it('derives connection ids that differ whenever client key or open_id differ', () => {
    const account = fc.tuple(fc.string(), fc.string());
    fc.assert(
      fc.property(account, account, ([keyA, openA], [keyB, openB]) => {
        const same = keyA === keyB && openA === openB;
        const idA = systemIds.connectionId(clientKey(keyA), openId(openA));
        const idB = systemIds.connectionId(clientKey(keyB), openId(openB));
        expect(isUuid(idA)).toBe(true);
        expect(idA === idB).toBe(same);
      }),
    );
  });

  it('does not confuse where a client key ends and an open_id begins', () => {
    const id = (key: string, open: string): string => systemIds.connectionId(clientKey(key), openId(open));
    expect(id('ab', 'c')).not.toBe(id('a', 'bc'));
    expect(id('a","b', 'c')).not.toBe(id('a', 'b","c'));
  });

  it('repeats an event id for the same command, stream, step and index, and for nothing else', () => {
    const [command, stream] = [commandId('c'), streamName('s')];
    const ids = [
      systemIds.eventId(command, stream, 'connect', 0),
      systemIds.eventId(command, stream, 'connect', 1),
      systemIds.eventId(command, stream, 'revoke', 0),
      systemIds.eventId(command, streamName('t'), 'connect', 0),
      systemIds.eventId(commandId('d'), stream, 'connect', 0),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(systemIds.eventId(command, stream, 'connect', 0)).toBe(ids[0]);
  });

  it('gives one request to publish one id for ever, and another scope or key another', () => {
    const id = systemIds.publicationId('POST /v1/publications service', 'key');
    expect(id).toBe('6ac26fd0-861c-58d4-8c04-752b23a41a1b');
    expect(systemIds.publicationId('POST /v1/publications user:ada', 'key')).not.toBe(id);
    expect(systemIds.publicationId('POST /v1/publications service', 'yek')).not.toBe(id);
  });

  it('makes tokens of 256 random bits that do not print', () => {
    const tokens = Array.from({ length: 100 }, () => systemIds.token());
    const texts = tokens.map((token) => token.reveal());
    expect(new Set(texts).size).toBe(100);
    expect(texts.every((text) => /^[A-Za-z0-9_-]{43}$/.test(text))).toBe(true);
    expect(`${tokens[0]?.toString()}`).toBe('[secret]');
  });

  it('makes random ids for authorizations and commands', () => {
    const ids = [systemIds.authorizationId(), systemIds.authorizationId(), systemIds.commandId(), systemIds.commandId()];
    expect(new Set<string>(ids).size).toBe(4);
    expect(ids.every(isUuid)).toBe(true);
  });

  it('digests with SHA-256 in hex', () => {
    expect(systemIds.digest(secret('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
