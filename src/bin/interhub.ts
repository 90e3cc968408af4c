#!/usr/bin/env node
/** `interhub broker PATH`: keeps the group that meets in PATH together. `interhub doctor PATH`: says what is there. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { keepBroker } from './broker.js';
import { diagnose } from './diagnose.js';
import { readLimits } from './read-limits.js';
import { readSecret } from './read-secret.js';

const USAGE = `Usage:
  interhub broker PATH [--durability process|disk|none] [--secret-file FILE] [--limit NAME=NUMBER]...
      Is the broker of the group that meets in PATH, and nothing else. Its members may say \`broker: 'never'\`.
      On SIGTERM and SIGINT it hands over, and ends.
      --secret-file: where the secret of the group stands. Else it is taken from INTERHUB_SECRET, if that is set.
      --limit: one of docs/limits.md, as in --limit queue=1048576. Say the same in the members.
  interhub doctor PATH [--salvage]
      Says which brokers there were, which one is alive, and what their journals hold.
      --salvage: takes what can be read of a damaged journal, and says what was dropped.
`;

const options = {
  durability: { type: 'string' },
  'secret-file': { type: 'string' },
  limit: { type: 'string', multiple: true },
  salvage: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

// Whoever reads what is said here may go first: a broker serves on all the same.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  const { positionals, values } = parseArgs({ options, allowPositionals: true });
  const [command, path, ...rest] = positionals;
  if (values.help) process.stdout.write(USAGE);
  else if (path === undefined || rest.length > 0) misused();
  else if (command === 'broker') await keepBroker(resolve(path), { durability: values.durability, secret: readSecret(values['secret-file']), limits: readLimits(values.limit ?? []) });
  else if (command === 'doctor') await diagnose(resolve(path), values.salvage);
  else misused();
} catch (error) {
  process.stderr.write(`interhub: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function misused(): void {
  process.stderr.write(USAGE);
  process.exitCode = 2;
}
