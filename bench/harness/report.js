/** The result for people: as text while it comes, and as the Markdown that docs/benchmarks.md keeps. */
import { describe } from './machine.js';
import { digits, ratio, summarize, UNITS } from './samples.js';

/** One workload, system by system; the ratio says how many times as good the first of ours is. */
export function table(workload, rows) {
  const lines = [`\n${workload.title}  (${UNITS[workload.figure]}: median, min to max)`];
  const summaries = rows.map(({ system, samples }) => ({ name: system.name, sum: samples.length === 0 ? undefined : summarize(workload, samples) }));
  const [ours] = summaries;
  for (const { name, sum } of summaries) {
    const text = sum === undefined ? 'failed' : `${digits(sum.median).padStart(9)}  (${digits(sum.min)} to ${digits(sum.max)})`.padEnd(34);
    const times = sum === undefined || ours.sum === undefined || name === ours.name ? '' : `${ratio(workload, ours.sum, sum).toFixed(2)} x`;
    lines.push(`  ${name.padEnd(28)}${text}${times.padStart(9)}  ${sum === undefined ? '' : extra(sum)}`.trimEnd());
  }
  return lines.join('\n');
}

export function markdown(report) {
  const { columns, rows } = report;
  return [`${describe()}; ${report.rounds} rounds of ${report.time} ms, interleaved; \`${report.command}\``, '', ...cellsOf(columns, rows), ...growth(columns, rows)].join('\n');
}

function cellsOf(columns, rows) {
  const head = ['', ...columns.map(({ name }) => name)];
  return [
    `| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`,
    ...rows.map(({ workload, cells }) => {
      const ours = cells[columns[0].key];
      const shown = columns.map(({ key }, index) => {
        const sum = cells[key];
        if (sum === undefined) return '-';
        const p99 = sum.p99 === undefined ? '' : ` / ${digits(sum.p99)}`;
        const times = index === 0 || ours === undefined ? '' : ` (${ratio(workload, ours, sum).toFixed(1)} x)`;
        return `${digits(sum.median)}${p99}${times}`;
      });
      return `| ${workload.title}, ${UNITS[workload.figure]} | ${shown.join(' | ')} |`;
    }),
  ];
}

/** What an operation costs when there is much, as a multiple of what it costs when there is little. */
function growth(columns, rows) {
  const grown = rows.flatMap(({ workload, cells }) => {
    const small = rows.find((row) => row.workload.name === workload.grownFrom);
    return small === undefined ? [] : [{ workload, cells, small }];
  });
  const measured = columns.filter(({ key }) => grown.some(({ cells, small }) => cells[key] !== undefined && small.cells[key] !== undefined));
  if (measured.length === 0) return [];

  return [
    '', `| cost of an operation, as a multiple | ${measured.map(({ name }) => name).join(' | ')} |`, `|---|${measured.map(() => '---').join('|')}|`,
    ...grown.map(({ workload, cells, small }) => {
      const times = measured.map(({ key }) => (cells[key] === undefined || small.cells[key] === undefined ? '-' : `${ratio(workload, small.cells[key], cells[key]).toFixed(2)} x`));
      return `| ${small.workload.title} → ${workload.title} | ${times.join(' | ')} |`;
    }),
  ];
}

function extra({ p99, shares, bytesPerKey, importing, megabytes, up }) {
  const parts = [
    p99 === undefined ? '' : `p99 ${digits(p99)}`,
    shares === undefined ? '' : `shares ${shares.least.toFixed(2)} to ${shares.most.toFixed(2)}`,
    bytesPerKey === undefined ? '' : `${Math.round(bytesPerKey)} bytes a key in the hub`,
    importing === undefined ? '' : `import ${digits(importing)} and ${megabytes.toFixed(1)} MB, then ${digits(up)}`,
  ];
  return parts.filter(Boolean).join(', ');
}
