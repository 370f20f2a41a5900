/**
 * Makes something at the first question and once. A failure is told to those who wait for it and then forgotten: the
 * next question tries again.
 */
export const onFirstUse = <Made>(make: () => Promise<Made>): (() => Promise<Made>) => {
  let made: Promise<Made> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
};
