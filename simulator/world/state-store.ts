/** Keeps the world over restarts. */
export type StateStore = Readonly<{
  /** Resolves once everything the world holds now is stored. */
  save(): Promise<void>;
}>;

export const noStore: StateStore = { save: () => Promise.resolve() };
