import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { writeBody } from '../../../src/adapters/media/write-body.ts';
import { folderOfTest } from './media-folders.ts';

const mebibyte = 2 ** 20;

async function* body(): AsyncGenerator<Uint8Array, void, void> {
  for (let given = 0; given < 16 * mebibyte; given += 64 * 1_024) yield await Promise.resolve(Buffer.alloc(64 * 1_024));
}

const write = async () => writeBody(join(await folderOfTest(), 'file'), body(), { limit: 16 * mebibyte, declared: null });

afterEach(() => {
  vi.unstubAllGlobals();
});

test('the memory of what comes in is collected after each four mebibytes, for V8 would let tens of them gather', async () => {
  const collect = vi.fn();
  vi.stubGlobal('gc', collect);
  expect((await write()).isOk()).toBe(true);
  expect(collect.mock.calls).toEqual(Array.from({ length: 4 }, () => [{ type: 'minor' }]));
});

test('a process that may not collect takes files in all the same', async () => {
  vi.stubGlobal('gc', undefined);
  expect((await write())._unsafeUnwrap()).toMatchObject({ bytes: 16 * mebibyte });
});
