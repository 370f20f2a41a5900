import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

export const checkout = resolve(import.meta.dirname, '../..');
export const rulesFolder = join(checkout, 'monitoring/prometheus');

const rule = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
  annotations: z.strictObject({ summary: z.string().min(20), runbook: z.string() }),
});
const rules = z.strictObject({ groups: z.array(z.strictObject({ name: z.string(), rules: z.array(rule) })) });

export type AlertRule = z.infer<typeof rule>;

/** What an operator is told of. */
export const alertRules = async (): Promise<readonly AlertRule[]> =>
  rules.parse(parse(await readFile(join(rulesFolder, 'alerts.yml'), 'utf8'))).groups.flatMap((group) => group.rules);

const panels = z.array(z.looseObject({ type: z.string(), title: z.string(), targets: z.array(z.looseObject({ expr: z.string() })).optional() }));
const dashboard = z.looseObject({
  panels,
  templating: z.object({ list: z.array(z.looseObject({ name: z.string(), query: z.object({ query: z.string() }) })) }),
});

/** A question of a dashboard, and where it stands. */
export type DashboardQuery = Readonly<{ title: string; expr: string }>;

export const dashboardQueries = async (): Promise<readonly DashboardQuery[]> => {
  const text = await readFile(join(checkout, 'monitoring/grafana/dashboards/tiktok-connections.json'), 'utf8');
  const { panels: shown, templating } = dashboard.parse(JSON.parse(text));
  const ofPanels = shown.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
  return [...ofPanels, ...templating.list.map(({ name, query }) => ({ title: `variable ${name}`, expr: query.query }))];
};
