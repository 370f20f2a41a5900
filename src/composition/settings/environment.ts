import { readFileSync } from 'node:fs';

/** Variables as the process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Settings that may be given as a file: `<NAME>_FILE` holds the path. */
export const secretNames = ['DATABASE_URL', 'EVENT_STORE_URL', 'TIKTOK_CLIENT_SECRET', 'TIKTOK_CLIENT_SECRET_PREVIOUS', 'TIKTOK_TOKEN_ENCRYPTION_KEY', 'OTEL_EXPORTER_OTLP_HEADERS'] as const;

const canBeFile: ReadonlySet<string> = new Set(secretNames);

/** The setting that a variable gives: `<NAME>` itself, or a secret's by `<NAME>_FILE`. */
export const givenBy = (variable: string): string => {
  const name = variable.replace(/_FILE$/, '');
  return canBeFile.has(name) ? name : variable;
};

export type Expanded = Readonly<{ environment: Environment; problems: readonly string[] }>;

/**
 * Puts the contents of `<NAME>_FILE` where `<NAME>` is read; a line end at the end of the file is not part of it.
 * @param known names of all settings
 */
export const expandFiles = (environment: Environment, known: readonly string[]): Expanded => {
  const expanded = new Map<string, string>();
  const problems: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && value !== '') expanded.set(name, value);
  }
  for (const name of known) {
    if (!canBeFile.has(name) && expanded.has(`${name}_FILE`)) problems.push(`${name}_FILE is not read, for ${name} is no secret: set ${name} itself.`);
  }
  for (const name of secretNames) {
    const path = expanded.get(`${name}_FILE`);
    if (path === undefined) continue;
    if (expanded.has(name)) problems.push(`${name} and ${name}_FILE are both set: keep one of them.`);
    try {
      expanded.set(name, readFileSync(path, 'utf8').replace(/\r?\n$/, ''));
    } catch {
      problems.push(`${name}_FILE names ${path}, which cannot be read: check the path and its permissions.`);
    }
  }
  return { environment: Object.fromEntries(expanded), problems };
};
