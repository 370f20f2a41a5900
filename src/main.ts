import { enableCompileCache } from 'node:module';
import process from 'node:process';

// Before anything else is loaded, so that what follows is compiled once per machine and not once per start.
enableCompileCache();
const { leaveOutLanguages } = await import('./composition/fewer-languages.ts');
const loaded = leaveOutLanguages();
const { runCommandLine } = await import('./composition/command-line.ts');
loaded();
process.exitCode = await runCommandLine(process.argv.slice(2));
