import { eventStoreContract } from '../support/event-store-contract.ts';
import { eventStoreDbLogOfFile, nameOfStore } from './store-of-file.ts';

eventStoreContract(nameOfStore, eventStoreDbLogOfFile());
