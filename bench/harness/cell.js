/**
 * One cell of the table: one system under one workload, in processes that are started for it and end with it. It starts
 * the hub, waits for all to be there, lets the members go at once, and gathers what they counted and what the rest of the
 * machine did meanwhile.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { listen } from './control.js';
import { busy, cores, used } from './machine.js';

const PROCESS = fileURLToPath(new URL('process.js', import.meta.url));
const PATIENCE = 60_000;

export async function runCell(system, workload, { warm, time, profile }) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const cast = new Cast(workload);
  const server = await listen(join(folder, 'control'), (line) => cast.admit(line));
  const orders = { system: system.url, workload: workload.name, role: 'hub', folder, control: join(folder, 'control'), profile };
  const hub = startHub(orders, workload);
  hub.once('exit', (code, signal) => cast.fail(new Error(`The hub's process has ended (${signal ?? code}).`)));
  const patience = setTimeout(() => cast.fail(new Error(`Nothing happened for ${PATIENCE / 1000} s.`)), PATIENCE);
  try {
    return await cast.play({ warm, time });
  } finally {
    clearTimeout(patience);
    await cast.dismiss(profile === undefined ? 0 : 1000);
    hub.kill('SIGKILL');
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function startHub(orders, workload) {
  const flags = orders.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${orders.profile}`, '--cpu-prof-name=hub.cpuprofile'];
  const command = [process.execPath, ...(workload.filled ? ['--expose-gc'] : []), ...flags, PROCESS];
  const [file, ...args] = workload.pinned && process.platform === 'linux' ? ['taskset', '-c', '0', ...command] : command;
  return spawn(file, args, { env: { ...process.env, BENCH: JSON.stringify(orders) }, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** The processes of a cell, and what they say. */
class Cast {
  #workload;
  #members = new Map();
  #lines = new Set();
  #pids = [];
  #hub;
  #heard = new Map();
  #results = [];
  #prepared = 0;
  #memory = [];
  #changed = () => {};
  #error;

  constructor(workload) {
    this.#workload = workload;
  }

  admit(line) {
    this.#lines.add(line);
    line.onEnd(() => this.#lines.delete(line));
    line.onWords((words) => this.#hear(line, words));
  }

  fail(error) {
    this.#error ??= error;
    this.#changed();
  }

  async play({ warm, time }) {
    const { members, active, filled } = this.#workload;
    await this.#until(() => this.#hub !== undefined && this.#members.size === members);
    const before = filled === undefined ? 0 : await this.#hubMemory();
    for (const line of this.#members.values()) line.say({ prepare: true });
    await this.#until(() => this.#prepared === members);
    const perKey = filled === undefined ? undefined : (await this.#hubMemory() - before) / filled;
    const start = { at: performance.now(), busy: busy(), ours: this.#ours() };
    for (let index = 0; index < active; index++) this.#members.get(index).say({ go: { warm, time, together: active > 1 } });
    await this.#until(() => this.#results.length === active);
    const ms = performance.now() - start.at;
    const others = busy() - start.busy - (this.#ours() - start.ours);
    const foreign = Math.min(1, Math.max(0, others / (ms * cores)));
    return { results: this.#results, foreign, perKey };
  }

  /** All end by themselves when their lines do; a profiled process needs a moment to write down what it knows. */
  async dismiss(grace) {
    for (const line of this.#lines) line.end();
    if (grace > 0) await after(grace);
    for (const pid of this.#pids) {
      try {
        process.kill(pid, grace > 0 ? 'SIGTERM' : 'SIGKILL');
      } catch {
        // It has gone already.
      }
    }
  }

  #hear(line, words) {
    if (words.failed !== undefined) return this.fail(new Error(words.failed));
    if (words.heard !== undefined) return this.#relay(line, words.heard);
    if (words.memory !== undefined) this.#memory.push(words.memory);
    if (words.prepared !== undefined) this.#prepared++;
    if (words.result !== undefined) this.#results.push(words.result);
    if (words.pid !== undefined) this.#pids.push(words.pid);
    if (words.server !== undefined) this.#pids.push(words.server);
    if (words.is === 'hub') this.#hub = line;
    if (words.is === 'member') this.#members.set(words.index, line);
    this.#changed();
  }

  /** What the slowest of the receivers has heard is what has been delivered. */
  #relay(line, count) {
    this.#heard.set(line, count);
    if (this.#heard.size < this.#workload.receivers) return;
    this.#members.get(0).say({ heard: Math.min(...this.#heard.values()) });
  }

  async #hubMemory() {
    this.#memory.length = 0;
    this.#hub.say({ memory: true });
    await this.#until(() => this.#memory.length > 0);
    return this.#memory[0];
  }

  #ours() {
    return [process.pid, ...this.#pids].reduce((sum, pid) => sum + used(pid), 0);
  }

  async #until(met) {
    while (!met()) {
      if (this.#error !== undefined) throw this.#error;
      await new Promise((resolve) => { this.#changed = resolve; });
    }
    if (this.#error !== undefined) throw this.#error;
  }
}
