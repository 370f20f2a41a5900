import { expect, it, vi } from 'vitest';
import { GuardedAnswer } from '../../../src/adapters/outbound/guarded-answer.ts';

it('a call that was given up before it began ends once, and is aborted should it begin after all', async () => {
  const inner = { onRequestStart: vi.fn(), onResponseError: vi.fn() };
  const controller = { aborted: false, paused: false, reason: null, abort: vi.fn(), pause: vi.fn(), resume: vi.fn() };
  const answer = new GuardedAnswer(inner, 5);
  await vi.waitFor(() => expect(inner.onResponseError).toHaveBeenCalledOnce());

  answer.onRequestStart(controller, null);
  answer.onResponseError(controller, new Error('aborted'));
  expect(controller.abort).toHaveBeenCalledOnce();
  expect(inner.onRequestStart).not.toHaveBeenCalled();
  expect(inner.onResponseError).toHaveBeenCalledOnce();
});
