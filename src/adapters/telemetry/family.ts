/** One value of a family; `suffix` is that of a histogram's parts. */
export type Sample = Readonly<{ suffix?: string; labels: Readonly<Record<string, string>>; value: number }>;

/** Figures of one name, as Prometheus reads them. */
export type Family = Readonly<{ name: string; help: string; type: 'counter' | 'gauge' | 'histogram'; samples: readonly Sample[] }>;

const escapedLabel = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');

const labelsOf = (labels: Sample['labels']): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapedLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
};

const numberOf = (value: number): string => (value === Infinity ? '+Inf' : String(value));

const textOf = ({ name, help, type, samples }: Family): string => {
  const lines = samples.map(({ suffix = '', labels, value }) => `${name}${suffix}${labelsOf(labels)} ${numberOf(value)}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');
};

/** Prometheus' text format 0.0.4. A family without a sample still says that it exists. */
export const expositionOf = (families: readonly Family[]): string => families.map(textOf).join('\n');
