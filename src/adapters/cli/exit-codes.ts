/** What every command ends with; scripts rely on them. */
export const exitCodes = { done: 0, foundDifference: 1, wrongUse: 2, unavailable: 3 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
