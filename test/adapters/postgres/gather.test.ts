import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { gather } from '../../../src/adapters/postgres/gather.ts';

type Sent = Readonly<{ items: readonly string[]; answer: () => void; fail: (reason: unknown) => void }>;

/** Statements that are under way until they are told to end. */
const open = (limits: Readonly<{ atOnce?: number; mostTogether?: number; leastBeside?: number }> = {}) => {
  const sent: Sent[] = [];
  const send = (items: readonly string[]) =>
    new Promise<readonly string[]>((resolve, reject) => {
      sent.push({ items, answer: () => resolve(items.map((item) => `${item}!`)), fail: reject });
    });
  const ask = gather({ send, atOnce: 2, mostTogether: 3, ...limits });
  return { sent, ask, lists: () => sent.map(({ items }) => items) };
};

describe('what is gathered', () => {
  test('is one statement for those of one turn, and each gets its own answer', async () => {
    const { ask, sent, lists } = open();
    const asked = Promise.all([ask('a'), ask('b'), ask('c')]);
    await nextTurn();
    expect(lists()).toEqual([['a', 'b', 'c']]);
    sent[0]?.answer();
    expect(await asked).toEqual(['a!', 'b!', 'c!']);
  });

  test('is several statements for very many', async () => {
    const { ask, lists } = open();
    void Promise.all(['a', 'b', 'c', 'd'].map(ask)).catch(() => undefined);
    await nextTurn();
    expect(lists()).toEqual([['a', 'b', 'c'], ['d']]);
  });

  test('waits while as many statements are under way as may be, and goes out together when one has ended', async () => {
    const { ask, sent, lists } = open({ atOnce: 1 });
    const first = ask('a');
    await nextTurn();
    const others = Promise.all([ask('b'), ask('c')]);
    await nextTurn();
    expect(lists()).toEqual([['a']]);
    sent[0]?.answer();
    expect(await first).toBe('a!');
    await nextTurn();
    expect(lists()).toEqual([['a'], ['b', 'c']]);
    sent[1]?.answer();
    expect(await others).toEqual(['b!', 'c!']);
  });

  test('has another statement beside one under way only for so many as are worth it', async () => {
    const { ask, sent, lists } = open({ mostTogether: 4, leastBeside: 3 });
    const first = ask('a');
    await nextTurn();
    const few = Promise.all([ask('b'), ask('c')]);
    await nextTurn();
    expect(lists()).toEqual([['a']]);
    const enough = ask('d');
    await nextTurn();
    expect(lists()).toEqual([['a'], ['b', 'c', 'd']]);
    for (const { answer } of sent) answer();
    expect(await Promise.all([first, few, enough])).toEqual(['a!', ['b!', 'c!'], 'd!']);
  });

  test('does not wait for ever for a statement that is stuck', async () => {
    const { ask, lists } = open({ atOnce: 1 });
    void ask('stuck').catch(() => undefined);
    await nextTurn();
    void ask('next').catch(() => undefined);
    await vi.waitFor(() => expect(lists()).toEqual([['stuck'], ['next']]));
  });

  test('fails together with those of its statement, and no others', async () => {
    const { ask, sent } = open();
    const failed = Promise.allSettled([ask('a'), ask('b')]);
    await nextTurn();
    const good = ask('c');
    await nextTurn();
    sent[0]?.fail(new Error('away'));
    sent[1]?.answer();
    expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await good).toBe('c!');
  });

  test('fails where no answer came for it', async () => {
    const ask = gather<string, string>({ send: () => Promise.resolve(['only one']), atOnce: 1, mostTogether: 2 });
    const [one, two] = await Promise.allSettled([ask('a'), ask('b')]);
    expect([one.status, two.status]).toEqual(['fulfilled', 'rejected']);
  });
});
