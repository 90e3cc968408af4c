/** Where in a value something is, as one would write it: `$.orders[3].buyer`, `$.index.keys[0]`, `$["two words"]`. */
export type Path = readonly (string | number)[];

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
/** Of a longer path the two ends are enough. */
const HEAD = 16;
const TAIL = 8;

export function formatPath(path: Path): string {
  if (path.length <= HEAD + TAIL) return `$${formatSteps(path)}`;
  return `$${formatSteps(path.slice(0, HEAD))} ... ${formatSteps(path.slice(-TAIL))}`;
}

function formatSteps(steps: Path): string {
  return steps.map(formatStep).join('');
}

function formatStep(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`;
  return IDENTIFIER.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}
