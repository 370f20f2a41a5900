import { describe, expect, test } from 'vitest';
import { parseStoreAddress } from '../../src/adapters/event-store/eventstoredb/connection-string.ts';

describe('an address is taken and handed to the client as it stands', () => {
  test.each([
    'esdb://admin:made-up@node1:2113',
    'esdb://admin:made-up@node1:2113,node2:2113,node3:2113?tlsCAFile=/ca.crt',
    'esdb+discover://admin:made-up@nodes.example:2113',
    'esdb+discover://admin:made-up@nodes.example?gossipTimeout=3&discoveryInterval=200&maxDiscoverAttempts=5',
  ])('%s', (address) => {
    const { connectionString, credentials, namespace } = parseStoreAddress(address)._unsafeUnwrap();
    expect({ connectionString, credentials, namespace }).toEqual({ connectionString: address, credentials: { username: 'admin', password: 'made-up' }, namespace: '' });
  });
});

test('the prefix is ours and not shown to the client, with discovery too', () => {
  const parsed = parseStoreAddress('esdb+discover://nodes.example:2113?tls=false&streamPrefix=staging')._unsafeUnwrap();
  expect(parsed).toEqual({ connectionString: 'esdb+discover://nodes.example:2113?tls=false', credentials: null, namespace: 'staging-' });
});

test.each([
  ['esdb+discover://made:up@a:2113,b:2113', 'must name one DNS name'],
  ['esdb+discovery://made:up@nodes.example', 'must be an EventStoreDB address'],
  ['esdb+discover:/made:up@nodes.example', 'must be an EventStoreDB address'],
  ['esdb+discover://made:up@', 'must be an EventStoreDB address'],
  ['esdb+discover://made:up@nodes.example:port', 'must be an EventStoreDB address'],
  ['esdb+discover://made:up@nodes.example:2113?nodePreference=random', 'has an option that is not one of'],
  ['esdb+discover://made:up@nodes.example:2113?gossipTimeout=soon', 'gives the option gossipTimeout a value'],
])('%s is refused with a sentence that quotes nothing of it', (address, sentence) => {
  const refused = parseStoreAddress(address)._unsafeUnwrapErr();
  expect(refused).toContain(sentence);
  expect(refused).not.toMatch(/made|nodes\.example:/);
});
