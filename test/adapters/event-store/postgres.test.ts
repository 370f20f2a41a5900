import { eventStoreContract } from '../../support/event-store-contract.ts';
import { postgresLogOfFile } from './postgres-log.ts';

eventStoreContract('PostgreSQL', postgresLogOfFile());
