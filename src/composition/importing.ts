import type { Importing } from '../adapters/cli/toolbox.ts';
import { csvRows } from '../adapters/legacy/csv-rows.ts';
import { readLegacyCells } from '../adapters/legacy/read-cells.ts';
import { legacyTableRows } from '../adapters/postgres/legacy/legacy-table.ts';
import { openLegacyKeyFile } from './legacy-key-file.ts';
import type { Container } from './parts.ts';

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
  openKey: openLegacyKeyFile,
  csv: csvRows,
  postgres: legacyTableRows,
});
