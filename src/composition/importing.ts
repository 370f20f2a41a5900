import { readFileSync } from 'node:fs';
import { err } from 'neverthrow';
import type { Importing } from '../adapters/cli/toolbox.ts';
import { createLegacyTokens } from '../adapters/crypto/legacy-tokens.ts';
import { csvRows } from '../adapters/legacy/csv-rows.ts';
import { readLegacyCells } from '../adapters/legacy/read-cells.ts';
import { legacyTableRows } from '../adapters/postgres/legacy/legacy-table.ts';
import { secret, type Secret } from '../domain/values/secret.ts';
import type { Container } from './parts.ts';

const textOf = (file: string): Secret<string> | null => {
  try {
    return secret(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
};

const openKey: Importing['openKey'] = (file) => {
  const text = textOf(file);
  return text === null ? err(`${file} cannot be read: check the path and its permissions.`) : createLegacyTokens(text);
};

/** What `import` needs of this installation, with every source that it reads. */
export const importingOf = (container: Container): Importing => ({
  ports: {
    eventStore: container.get('eventStore'),
    ids: container.get('ids'),
    clock: container.get('clock'),
    sealer: container.get('sealer'),
    settings: container.get('connectSettings'),
    securityLog: container.get('securityLog'),
    readCells: readLegacyCells,
  },
  openKey,
  csv: csvRows,
  postgres: legacyTableRows,
});
