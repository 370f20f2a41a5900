export type Series = Readonly<{ name: string; labels: Readonly<Record<string, string>>; value: number }>;

/** What one look at `/metrics` showed. */
export interface Scrape {
  readonly series: readonly Series[];
  /** Types by the names of families. */
  readonly types: ReadonlyMap<string, string>;
  readonly help: ReadonlyMap<string, string>;
  /** Sum over the series that have these labels; null when there is none. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number | null;
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

const labelsOf = (text: string): Record<string, string> => Object.fromEntries([...text.matchAll(label)].map(([, name = '', value = '']) => [name, value]));

/** Null where it is no number; what has nothing to tell yet is NaN, however it is spelt. */
const numberOf = (text: string): number | null => {
  if (/^nan$/i.test(text)) return Number.NaN;
  const value = text === '+Inf' ? Infinity : Number(text);
  return Number.isNaN(value) ? null : value;
};

/** Reads Prometheus' text format; throws at a line that is none. */
export const parseScrape = (text: string): Scrape => {
  const series: Series[] = [];
  const types = new Map<string, string>();
  const help = new Map<string, string>();
  for (const row of text.split('\n').filter((written) => written.trim() !== '')) {
    const [, keyword = '', about = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(row) ?? [];
    if (keyword === 'TYPE') types.set(about, rest);
    else if (keyword === 'HELP') help.set(about, rest);
    else {
      const [, name, labels = '', written = ''] = line.exec(row) ?? [];
      const value = numberOf(written);
      if (name === undefined || value === null) throw new Error(`not a line of Prometheus' text format: ${row}`);
      series.push({ name, labels: labelsOf(labels), value });
    }
  }
  const has = (shown: Series, wanted: Readonly<Record<string, string>>): boolean => Object.entries(wanted).every(([name, value]) => shown.labels[name] === value);
  return {
    series,
    types,
    help,
    sum: (name, labels = {}) => {
      const found = series.filter((shown) => shown.name === name && has(shown, labels));
      return found.length === 0 ? null : found.reduce((sum, { value }) => sum + value, 0);
    },
  };
};

export const scrapeOf = async (url: string): Promise<Scrape> => {
  const answer = await fetch(`${url}/metrics`);
  if (!answer.ok) throw new Error(`${url}/metrics answered ${answer.status}`);
  return parseScrape(await answer.text());
};
