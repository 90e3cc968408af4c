/**
 * A process of a cell: the hub, which starts the members, or a member, which works. Both are started fresh for each cell,
 * with their orders in the environment, and end when the runner hangs up.
 */
import { fork, spawn } from 'node:child_process';
import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { workloads } from '../workloads.js';
import { dial } from './control.js';
import { Heard } from './drives.js';
import { End } from './end.js';
import { residentBytes } from './machine.js';

const orders = JSON.parse(process.env.BENCH);
const workload = workloads.find(({ name }) => name === orders.workload);
const line = await dial(orders.control);
line.onEnd(() => process.exit());
process.on('uncaughtException', fail).on('unhandledRejection', fail);
// Killed with its channel open, a process of a peer that listens for nothing else would stay.
process.on('disconnect', () => process.exit());

const { system, ms: importing, bytes } = await imported(orders.system);
const place = { folder: orders.folder, index: orders.index, members: workload.members, workload: workload.name, end: new End(line, workload.every) };
await (orders.role === 'hub' ? beHub() : beMember());

/** Members over IPC exist before their hub does, in the same turn; members that dial come when there is something to dial. */
async function beHub() {
  const children = system.start === 'spawn' ? [] : startMembers();
  const served = await system.hub?.({ ...place, children });
  if (system.start === 'spawn') startMembers();
  line.onWords(() => line.say({ memory: served?.pid === undefined ? memory() : residentBytes(served.pid) }));
  line.say({ is: 'hub', pid: process.pid, server: served?.pid });
}

async function beMember() {
  const from = performance.now();
  const member = await system.member(place);
  if (workload.figure === 'start') await workload.drive(member);
  const up = performance.now() - from;
  const heard = new Heard();
  line.onWords(async (words) => {
    if (words.heard !== undefined) return heard.report(words.heard);
    if (words.prepare) return line.say({ prepared: await workload.before?.(member, orders.index) ?? true });
    const result = await workload.drive(member, { ...words.go, every: workload.every, heard });
    line.say({ result: { ...result, importing, bytes, up } });
  });
  line.say({ is: 'member', index: orders.index, pid: process.pid });
}

function startMembers() {
  const file = fileURLToPath(import.meta.url);
  const serialization = system.serialization ?? 'json';
  if (system.start === 'cluster') cluster.setupPrimary({ exec: file, serialization });
  return Array.from({ length: workload.members }, (_, index) => {
    const profiled = orders.profile !== undefined && index === 0;
    const execArgv = profiled ? ['--cpu-prof', `--cpu-prof-dir=${orders.profile}`, '--cpu-prof-name=member.cpuprofile'] : [];
    const BENCH = JSON.stringify({ ...orders, role: 'member', index });
    switch (system.start) {
      case 'cluster':
        cluster.setupPrimary({ execArgv });
        return cluster.fork({ BENCH });
      case 'fork':
        return fork(file, { env: { ...process.env, BENCH }, execArgv, serialization });
      case 'spawn':
        return spawn(process.execPath, [...execArgv, file], { env: { ...process.env, BENCH }, stdio: 'inherit' });
    }
  });
}

async function imported(url) {
  const before = memory();
  const from = performance.now();
  const { system } = await import(url);
  return { system, ms: performance.now() - from, bytes: memory() - before };
}

function memory() {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

function fail(error) {
  line.say({ failed: `${orders.role} ${orders.index ?? ''}: ${error?.stack ?? error}` });
}
