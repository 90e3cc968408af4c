/**
 * The short table as a picture: a bar for each system under each workload, as long as it is fast in comparison with the
 * first system. Drawn as SVG text, with nothing that is not in it; it follows the reader's light or dark.
 */
import { digits, ratio, UNITS } from './samples.js';

const WIDTH = 840;
const NAMES = 200;
const VALUES = 120;
const BAR = 14;
const GAP = 26;
/** Who is this many times as fast as ours fills the width; the scale begins at nothing. */
const MOST = 1.6;

export function chart({ columns, rows }) {
  const [ours] = columns;
  const shown = rows.filter(({ workload, cells }) => workload.short && workload.figure !== 'start' && cells[ours.key] !== undefined);
  const parts = [];
  let y = 8;
  for (const { workload, cells } of shown) {
    const bars = columns.filter(({ key }) => cells[key] !== undefined);
    parts.push(`<text class="title" x="0" y="${y + 12}">${escape(workload.title)}</text><text class="unit" x="${WIDTH}" y="${y + 12}" text-anchor="end">${escape(UNITS[workload.figure])}</text>`);
    y += 20;
    for (const { key, name } of bars) {
      parts.push(bar(y, name, speed(workload, cells, ours.key, key), digits(cells[key].median), key.startsWith('interhub')));
      y += BAR + 2;
    }
    y += GAP;
  }
  const one = NAMES + (WIDTH - NAMES - VALUES) / MOST;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="How fast each system is beside ${escape(ours.name)}">
<style>
  text { font: 12px system-ui, sans-serif; fill: #333; }
  .title { font-weight: 600; }
  .unit, .value { fill: #777; }
  .bar { fill: #b9bec6; }
  .ours { fill: #2f6fde; }
  .one { stroke: #2f6fde; stroke-dasharray: 2 3; }
  @media (prefers-color-scheme: dark) { text { fill: #ddd; } .unit, .value { fill: #999; } .bar { fill: #5b626d; } .ours { fill: #6ba1ff; } .one { stroke: #6ba1ff; } }
</style>
<line class="one" x1="${one}" x2="${one}" y1="0" y2="${y - GAP}"/>
${parts.join('\n')}
</svg>
`;
}

/** How many times as fast as the first system. */
function speed(workload, cells, ours, key) {
  return 1 / ratio(workload, cells[ours], cells[key]);
}

function bar(y, name, times, value, isOurs) {
  const room = WIDTH - NAMES - VALUES;
  const length = Math.max(1, Math.min(times / MOST, 1) * room);
  const cut = times > MOST ? ' ▸' : '';
  return `<text x="${NAMES - 8}" y="${y + 11}" text-anchor="end">${escape(name)}</text><rect class="bar${isOurs ? ' ours' : ''}" x="${NAMES}" y="${y}" width="${length.toFixed(1)}" height="${BAR}" rx="2"/><text class="value" x="${(NAMES + length + 6).toFixed(1)}" y="${y + 11}">${value}${cut}</text>`;
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
