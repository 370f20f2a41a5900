import type { Family } from '../../adapters/telemetry/family.ts';
import { backgroundOf } from '../background-parts.ts';
import type { Container } from '../parts.ts';
import { gauge, one, prefix } from './gauge.ts';

const ofProjectors = (container: Container): readonly Family[] => {
  const healths = container.get('projectors').health();
  const behind = healths.flatMap(({ projection, lagMillis }) => (lagMillis === null ? [] : [{ labels: { projection }, value: lagMillis / 1_000 }]));
  return [
    gauge('projection_lag_seconds', 'How far the rows of a projection that this replica drives are behind the history.', behind),
    gauge('projection_driving', '1 where this replica writes the projection.', healths.map(({ projection, driving }) => ({ labels: { projection }, value: driving ? 1 : 0 }))),
    gauge('projection_alarms', 'What an operator must know of the rows of a projection; /readyz has the sentences.', healths.map(({ projection, alarms }) => ({ labels: { projection }, value: alarms.length }))),
  ];
};

const ofProvider = (container: Container): Family => {
  const closed = container.get('tokenPorts').gate.closed();
  const samples = ['configuration', 'outage'].map((because) => ({ labels: { because }, value: closed?.because === because ? 1 : 0 }));
  return gauge('refreshing_stopped', '1 while this replica refreshes no tokens: our credentials are refused (configuration), or TikTok is away (outage).', samples);
};

const ofPool = (container: Container): readonly Family[] => {
  const { totalCount, idleCount, waitingCount, options } = container.get('pool');
  const states = Object.entries({ open: totalCount, idle: idleCount, awaited: waitingCount }).map(([state, value]) => ({ labels: { state }, value }));
  return [
    gauge('pool_connections', 'Connections to PostgreSQL, by state; `awaited` counts those who wait for one.', states),
    gauge('pool_connections_limit', 'Connections to PostgreSQL that this replica opens at most.', one(options.max)),
  ];
};

const ofShedding = (container: Container): Family => ({
  name: `${prefix}requests_shed_total`,
  help: 'Requests that were turned away before anything was done with them, because there were too many.',
  type: 'counter',
  samples: Object.entries(container.get('shedding').counts()).map(([kind, value]) => ({ labels: { kind }, value })),
});

/** What is known in memory; asks nothing. */
export const replicaFigures = (container: Container): readonly Family[] => {
  const { production, roles } = container.get('settings');
  const failing = backgroundOf(container).map(({ name, part }) => ({ labels: { part: name }, value: part.health().lastError === null ? 0 : 1 }));
  return [
    gauge('replica_info', 'What this replica does.', [{ labels: { roles: roles.join(','), mode: production ? 'production' : 'development' }, value: 1 }]),
    ofShedding(container),
    ...ofProjectors(container),
    ofProvider(container),
    ...ofPool(container),
    gauge('background_failing', '1 while a background part cannot read or write what it works on; the log has the reason.', failing),
  ];
};
