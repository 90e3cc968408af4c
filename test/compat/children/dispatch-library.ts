/** A library of cluster-dispatch. */
let count = 0;

export const counter = {
  increment: () => (count += 1),
  die: () => process.kill(process.pid, 'SIGKILL'),
  pid: () => process.pid,
};
