/** An import that a rule must refuse, and one like it that every rule accepts. */
export interface PlantedImport {
  readonly rule: string;
  readonly title: string;
  readonly refused: Edge;
  readonly accepted: Edge;
}

export interface Edge {
  readonly file: string;
  /** The statement as written in `file`. */
  readonly statement: string;
}

const edge = (file: string, statement: string): Edge => ({ file, statement });

const plant = (rule: string, title: string, refused: Edge, accepted: Edge): PlantedImport => ({ rule, title, refused, accepted });

/** Files that planted imports lead to. Each is empty but for an export. */
export const targets = [
  'src/domain/target.ts',
  'src/application/target.ts',
  'src/application/ports/target.ts',
  'src/adapters/http/target.ts',
  'src/adapters/crypto/target.ts',
  'src/adapters/telemetry/otel/target.ts',
  'src/composition/target.ts',
  'simulator/target.ts',
  'test/support/target.ts',
];

/** Packages of the planted tree; `undeclared` is installed but named nowhere. */
export const packages = {
  dependencies: ['neverthrow', 'zod', 'pg', 'tsyringe', 'reflect-metadata', '@eventstore/db-client', '@opentelemetry/api'],
  devDependencies: ['vitest'],
  undeclared: ['undeclared'],
};

const neverthrow = "import { ok } from 'neverthrow';";

export const plantedImports: readonly PlantedImport[] = [
  ...[
    ['zod', "import { z } from 'zod';"],
    ['a port', "import { target } from '../application/ports/target.ts';"],
    ["a port's type", "import type { Target } from '../application/ports/target.ts';"],
    ["Node's crypto", "import { createHash } from 'node:crypto';"],
    ['the file system, lazily', "export const files = import('node:fs');"],
    ["a driver's type", "import type { Pool } from 'pg';"],
  ].map(([title = '', statement = ''], index) =>
    plant('domain-is-pure', `${title} in the domain`, edge(`src/domain/impure-${index}.ts`, statement), edge(`src/domain/pure-${index}.ts`, neverthrow)),
  ),
  plant(
    'application-knows-ports-only',
    'an adapter in a use case',
    edge('src/application/use-case-of-adapter.ts', "import { target } from '../adapters/crypto/target.ts';"),
    edge('src/application/use-case-of-port.ts', "import type { Target } from './ports/target.ts';"),
  ),
  plant(
    'application-knows-ports-only',
    'a module of Node in a use case',
    edge('src/application/use-case-of-node.ts', "import { setTimeout } from 'node:timers/promises';"),
    edge('src/application/use-case-of-domain.ts', "import { target } from '../domain/target.ts';"),
  ),
  plant(
    'adapters-do-not-meet',
    'an adapter in another adapter',
    edge('src/adapters/http/meets.ts', "import { target } from '../crypto/target.ts';"),
    edge('src/adapters/http/keeps-to-itself.ts', "import { target } from './target.ts';"),
  ),
  plant(
    'adapters-point-inward',
    'the composition root in an adapter',
    edge('src/adapters/http/wires.ts', "import { target } from '../../composition/target.ts';"),
    edge('src/adapters/http/is-wired.ts', "import type { Target } from '../../application/ports/target.ts';"),
  ),
  plant(
    'simulator-only-in-development',
    'the simulator in the service',
    edge('src/composition/production.ts', "export const simulator = import('../../simulator/target.ts');"),
    edge('src/composition/development.ts', "export const simulator = import('../../simulator/target.ts');"),
  ),
  plant(
    'simulator-stands-alone',
    'the service in the simulator',
    edge('simulator/shares.ts', "import { target } from '../src/domain/target.ts';"),
    edge('simulator/stands-alone.ts', "import { target } from './target.ts';"),
  ),
  ...['tsyringe', 'reflect-metadata'].map((name) =>
    plant(
      'container-at-the-root-only',
      `${name} in an adapter`,
      edge(`src/adapters/http/${name}.ts`, `import '${name}';`),
      edge(`src/composition/${name}.ts`, `import '${name}';`),
    ),
  ),
  plant(
    'eventstoredb-in-its-adapter',
    'the EventStoreDB client beside its adapter',
    edge('src/adapters/event-store/postgres.ts', "import type { EventStoreDBClient } from '@eventstore/db-client';"),
    edge('src/adapters/event-store/eventstoredb/client.ts', "import { EventStoreDBClient } from '@eventstore/db-client';"),
  ),
  plant(
    'opentelemetry-in-its-folder',
    'OpenTelemetry in the HTTP adapter',
    edge('src/adapters/http/traces.ts', "import { trace } from '@opentelemetry/api';"),
    edge('src/adapters/telemetry/otel/traces.ts', "import { trace } from '@opentelemetry/api';"),
  ),
  plant(
    'opentelemetry-on-demand',
    'tracing in every start',
    edge('src/composition/always-traces.ts', "import { target } from '../adapters/telemetry/otel/target.ts';"),
    edge('src/composition/traces-on-demand.ts', "export const target = import('../adapters/telemetry/otel/target.ts');"),
  ),
  plant(
    'opentelemetry-on-demand',
    'the entry of tracing, for more than its types',
    edge('src/composition/names-tracing.ts', "export { target } from '../adapters/telemetry/otel/target.ts';"),
    edge('src/composition/types-of-tracing.ts', "import type { Target } from '../adapters/telemetry/otel/target.ts';"),
  ),
  plant(
    'sql-in-its-adapters',
    'the PostgreSQL driver in the HTTP adapter',
    edge('src/adapters/http/queries.ts', "import type { Pool } from 'pg';"),
    edge('src/adapters/postgres/queries.ts', "import { Pool } from 'pg';"),
  ),
  plant(
    'tests-stay-outside',
    'test support in the service',
    edge('src/adapters/http/tested.ts', "import { target } from '../../../test/support/target.ts';"),
    edge('test/application/tests.ts', "import { target } from '../support/target.ts';"),
  ),
  plant(
    'no-circles',
    'two files that import each other',
    edge('src/adapters/crypto/chicken.ts', "export * from './egg.ts';"),
    edge('src/adapters/crypto/hen.ts', "export * from './target.ts';"),
  ),
  plant(
    'declared-packages-only',
    'a package that is only there by chance',
    edge('src/adapters/http/chance.ts', "import 'undeclared';"),
    edge('src/adapters/http/declared.ts', "import { z } from 'zod';"),
  ),
  plant(
    'declared-packages-only',
    'a file that is not there',
    edge('src/adapters/http/nowhere.ts', "import './missing.ts';"),
    edge('src/adapters/http/somewhere.ts', "import './target.ts';"),
  ),
  plant(
    'no-development-packages',
    'a development package in the service',
    edge('src/adapters/http/tester.ts', "import { test } from 'vitest';"),
    edge('test/adapters/tester.ts', "import { test } from 'vitest';"),
  ),
  plant(
    'no-dead-code',
    'a module that no entry point reaches',
    edge('src/adapters/http/lonely.ts', neverthrow),
    edge('src/adapters/http/reached.ts', neverthrow),
  ),
];

/** The other half of the planted circle. */
export const egg = edge('src/adapters/crypto/egg.ts', "export * from './chicken.ts';");
