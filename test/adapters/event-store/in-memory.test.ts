import { createInMemoryEventLog } from '../../support/in-memory-event-store.ts';
import { eventStoreContract } from '../../support/event-store-contract.ts';

eventStoreContract('memory', async () => ({ log: createInMemoryEventLog(), close: async () => undefined }));
