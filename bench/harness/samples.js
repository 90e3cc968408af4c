/** The samples of one cell, and the figures that are shown of them: the median of the rounds with the lowest and highest. */

/** One figure of one sample: for rates and bytes more is better, for times less. */
export function figure(workload, { results }) {
  const [first] = results;
  switch (workload.figure) {
    case 'rate': return results.reduce((sum, { ops, ms }) => sum + ops / ms, 0) * workload.receivers;
    case 'bytes': return (first.ops / first.ms) * 1000 * workload.size / 1e9;
    case 'latency': return first.p50;
    case 'worst': return first.worst;
    case 'start': return first.importing + first.up;
  }
}

export const UNITS = { rate: 'thousand a second', bytes: 'GB a second', latency: 'µs, p50', worst: 'ms', start: 'ms' };

export function summarize(workload, samples) {
  const figures = samples.map((sample) => figure(workload, sample)).sort((a, b) => a - b);
  return { median: median(figures), min: figures[0], max: figures.at(-1), ...more(workload, samples) };
}

/** Three of them, which is as much as a figure is worth. */
export function digits(figure) {
  return figure >= 100 ? figure.toFixed(0) : figure >= 10 ? figure.toFixed(1) : figure.toFixed(2);
}

/** How many times as good ours is. */
export function ratio(workload, ours, theirs) {
  const lower = ['latency', 'worst', 'start'].includes(workload.figure);
  return lower ? theirs.median / ours.median : ours.median / theirs.median;
}

function more(workload, samples) {
  const of = (read) => median(samples.map(({ results }) => read(results)).sort((a, b) => a - b));
  switch (workload.figure) {
    case 'latency': return { p99: of(([first]) => first.p99) };
    case 'start': return { importing: of(([first]) => first.importing), megabytes: of(([first]) => first.bytes / 1e6), up: of(([first]) => first.up) };
    case 'bytes':
    case 'worst':
      return {};
    case 'rate': return {
      ...(workload.active > 1 ? { shares: shares(samples) } : {}),
      ...(workload.filled === undefined ? {} : { bytesPerKey: median(samples.map(({ perKey }) => perKey).sort((a, b) => a - b)) }),
    };
  }
}

/** What the least and the most served of the members got, of an equal share. */
function shares(samples) {
  const all = samples.flatMap(({ results }) => {
    const mean = results.reduce((sum, { ops }) => sum + ops, 0) / results.length;
    return results.map(({ ops }) => ops / mean);
  });
  return { least: Math.min(...all), most: Math.max(...all) };
}

function median(sorted) {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
