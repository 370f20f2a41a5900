import type { OutcomeWords } from './account/outcome-words.ts';

/** Why a page cannot be shown, for a person. */
export type TroublePage = Readonly<{
  title: string;
  /** What came of an attempt to connect that has led here. */
  outcome: OutcomeWords | null;
  detail: string;
  remedy: string;
  back: Readonly<{ label: string; address: string }> | null;
}>;
