/** Tells what happens. Colours are for people: they are left out when nobody sits at a terminal. */
const isColoured = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;

export function title(text) {
  console.log(`\n${paint(1, text)}\n`);
}

export function say(text) {
  console.log(`  ${text}`);
}

/** A figure that was measured just now. */
export function figure(text) {
  return paint(36, text);
}

export function ms(from) {
  return figure(`${(performance.now() - from).toFixed(1)} ms`);
}

function paint(code, text) {
  return isColoured ? `\u001b[${code}m${text}\u001b[0m` : text;
}
