import { configurationFor } from './eslint-rules/configuration.ts';

export default configurationFor(import.meta.dirname);
