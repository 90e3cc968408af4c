#!/usr/bin/env node
/** `interhub broker PATH`: keeps the group that meets in PATH together. `interhub doctor PATH`: says what is there. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { keepBroker } from './broker.js';
import { diagnose } from './diagnose.js';
import { readLimits } from './read-limits.js';
import { readSecret } from './read-secret.js';
import { codeOf } from '../transports/socket/system-error.js';

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

const BROKER = { durability: { type: 'string' }, 'secret-file': { type: 'string' }, limit: { type: 'string', multiple: true } } as const;
const DOCTOR = { salvage: { type: 'boolean', default: false } } as const;

/** It was called wrongly: nothing was done. */
class Misuse extends Error {}

// Whoever reads what is said here may go first: a broker serves on all the same.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  const [command, ...args] = process.argv.slice(2);
  if (process.argv.includes('--help')) process.stdout.write(USAGE);
  else if (command === 'broker') {
    const { positionals, values } = parseArgs({ args, options: BROKER, allowPositionals: true });
    await keepBroker(pathOf(positionals), { durability: values.durability, secret: readSecret(values['secret-file']), limits: readLimits(values.limit ?? []) });
  } else if (command === 'doctor') {
    const { positionals, values } = parseArgs({ args, options: DOCTOR, allowPositionals: true });
    await diagnose(pathOf(positionals), values.salvage);
  } else throw new Misuse(command === undefined ? 'It was not said what to do.' : `There is no command "${command}".`);
} catch (error) {
  const isMisuse = error instanceof Misuse || codeOf(error)?.startsWith('ERR_PARSE_ARGS_') === true;
  process.stderr.write(`interhub: ${error instanceof Error ? error.message : String(error)}\n${isMisuse ? USAGE : ''}`);
  process.exitCode = isMisuse ? 2 : 1;
}

function pathOf([path, ...rest]: readonly string[]): string {
  if (path === undefined || rest.length > 0) throw new Misuse('One PATH is needed, and no more.');
  return resolve(path);
}
