import type { Scrape, Series } from './prometheus.ts';

export type Matcher = Readonly<{ label: string; operator: string; value: string }>;
export type Selector = Readonly<{ metric: string; matchers: readonly Matcher[] }>;
export type Query = Readonly<{ selectors: readonly Selector[]; groupings: readonly string[]; unknown: readonly string[] }>;

const words = new Set([
  ...['sum', 'max', 'min', 'count', 'topk', 'rate', 'increase', 'histogram_quantile', 'label_values', 'by', 'and', 'or', 'unless'],
]);
/** Prometheus adds them; `up` is its own. */
const ofPrometheus = new Set(['job', 'instance']);

const grouping = /\bby\s*\(([^)]*)\)/g;
const labelValues = /^label_values\(([^,]*),\s*(\w+)\)$/;
const selector = /([a-zA-Z_:][\w:]*)(?:\{((?:[^}"]|"(?:[^"\\]|\\.)*")*)\})?/g;
const matcher = /(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"/g;

/** Takes an expression apart as far as its names go: enough to see whether what it asks for exists. */
export const readQuery = (expression: string): Query => {
  const [, inner, label] = labelValues.exec(expression) ?? [];
  const text = (inner ?? expression).replaceAll(/\[[^\]]*\]/g, '');
  const groupings = [...text.matchAll(grouping)].flatMap(([, names = '']) => names.split(',').map((name) => name.trim()));
  const rest = text.replaceAll(grouping, ' ');
  const found = [...rest.matchAll(selector)].filter(([, name = '']) => !words.has(name));
  const isMetric = (name: string): boolean => /^(tiktok_connections|process|nodejs)_/.test(name) || name === 'up';
  return {
    selectors: found
      .filter(([, name = '']) => isMetric(name))
      .map(([, metric = '', matchers = '']) => ({ metric, matchers: [...matchers.matchAll(matcher)].map(([, of = '', operator = '', value = '']) => ({ label: of, operator, value })) })),
    groupings: label === undefined ? groupings : [...groupings, label],
    unknown: found.map(([, name = '']) => name).filter((name) => !isMetric(name)),
  };
};

const holds = (series: Series, { label, operator, value }: Matcher): boolean => {
  if (ofPrometheus.has(label) || value.startsWith('$')) return true;
  const found = series.labels[label];
  if (found === undefined) return false;
  if (operator === '=') return found === value;
  if (operator === '!=') return found !== value;
  return new RegExp(`^(?:${value})$`).test(found) === (operator === '=~');
};

/** What an expression asks for that a replica does not show, in words; empty when all of it is there. */
export const missingFrom = (scrape: Scrape, expression: string): readonly string[] => {
  const { selectors, groupings, unknown } = readQuery(expression);
  const shown = (metric: string): readonly Series[] => scrape.series.filter(({ name }) => name === metric);
  const labels = new Set([...ofPrometheus, ...selectors.flatMap(({ metric }) => shown(metric).flatMap((series) => Object.keys(series.labels)))]);
  const absent = selectors
    .filter(({ metric }) => metric !== 'up')
    .filter(({ metric, matchers }) => !shown(metric).some((series) => matchers.every((wanted) => holds(series, wanted))))
    .map(({ metric, matchers }) => `${metric}{${matchers.map(({ label, operator, value }) => `${label}${operator}${value}`).join(',')}}`);
  return [
    ...unknown.map((name) => `the word ${name}`),
    ...absent,
    ...groupings.filter((label) => !labels.has(label)).map((label) => `the label ${label}`),
    ...(selectors.length === 0 ? ['any metric'] : []),
  ];
};
