export type Gathering<Item, Answer> = Readonly<{
  /** One statement for all of them; answers in their order. */
  send: (items: readonly Item[]) => Promise<readonly Answer[]>;
  /** Statements under way before what comes waits for one of them to end, and goes out with what else has come by then. */
  atOnce: number;
  mostTogether: number;
  /** Fewer than these wait for a statement under way rather than have another beside it; 1 by default. */
  leastBeside?: number;
}>;

type Waiting<Item, Answer> = Readonly<{ item: Item; resolve: (answer: Answer) => void; reject: (reason: unknown) => void }>;

/** How long anything waits, at most, while the statements under way are slow or stuck. */
const longestWaitMillis = 20;

/**
 * Items that come in one turn of the event loop share a statement, and so a commit. One that comes alone waits for nobody.
 * @returns rejects with whatever `send` rejects with, for each of those that were sent together
 */
export const gather = <Item, Answer>({ send, atOnce, mostTogether, leastBeside = 1 }: Gathering<Item, Answer>): ((item: Item) => Promise<Answer>) => {
  let waiting: Waiting<Item, Answer>[] = [];
  let underWay = 0;
  let coming = false;
  let overdue: NodeJS.Timeout | null = null;

  const sendSome = async (some: readonly Waiting<Item, Answer>[]): Promise<void> => {
    try {
      const answers = await send(some.map(({ item }) => item));
      some.forEach(({ resolve, reject }, place) => {
        const answer = answers[place];
        if (answer === undefined) reject(new Error('a statement answered fewer than were asked'));
        else resolve(answer);
      });
    } catch (error) {
      for (const { reject } of some) reject(error);
    }
    underWay -= 1;
    inThisTurn();
  };

  const sendNext = (): void => {
    underWay += 1;
    const some = waiting.slice(0, mostTogether);
    waiting = waiting.slice(mostTogether);
    void sendSome(some).catch(() => undefined);
  };

  const mayGo = (): boolean => waiting.length >= (underWay === 0 ? 1 : leastBeside) && underWay < atOnce;

  const sendWhatMay = (): void => {
    while (mayGo()) sendNext();
    if (waiting.length > 0) overdue ??= setTimeout(sendOverdue, longestWaitMillis);
    else if (overdue !== null) {
      clearTimeout(overdue);
      overdue = null;
    }
  };

  const sendOverdue = (): void => {
    overdue = null;
    sendNext();
    sendWhatMay();
  };

  /** Runs when all that this turn brings in has been looked at. */
  const inThisTurn = (): void => {
    if (coming) return;
    coming = true;
    setImmediate(() => {
      coming = false;
      sendWhatMay();
    });
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      inThisTurn();
    });
};
