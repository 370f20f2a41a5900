/** The tag of a connection: its revision. */
export const entityTag = (revision: number): string => `"${revision}"`;

/** Whether `If-None-Match` names this tag; weak comparison, as RFC 9110 §13.1.2 asks. */
export const alreadyHas = (ifNoneMatch: string | undefined, tag: string): boolean =>
  ifNoneMatch !== undefined &&
  ifNoneMatch.split(',').some((entry) => {
    const named = entry.trim();
    return named === '*' || named === tag || named === `W/${tag}`;
  });
