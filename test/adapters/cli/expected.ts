import { expect } from 'vitest';

// vitest types its matchers `any`; inside an expected document they are `unknown`.

export const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);
export const containing = (text: string): unknown => expect.stringContaining(text);
export const including = (fields: Readonly<Record<string, unknown>>): unknown => expect.objectContaining(fields);
export const listing = (...items: readonly unknown[]): unknown => expect.arrayContaining([...items]);
export const aTime = matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
