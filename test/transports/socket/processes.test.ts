import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isGone, isStopped, thisProcess } from '../../../src/transports/socket/owner.js';
import type { Owner } from '../../../src/transports/socket/owner.js';
import { darwin, others } from '../../../src/transports/socket/processes.js';
import type { Processes } from '../../../src/transports/socket/processes.js';

const BOOT = '8A2C1D3E-0000-4000-8000-AB12CD34EF56';

/** macOS with these processes, as its `ps` prints them. */
function mac(lines: Readonly<Record<number, string>>, boot = BOOT): Processes & { readonly asked: string[] } {
  const asked: string[] = [];
  const system = darwin(async (program, ...args) => {
    asked.push([program, ...args].join(' '));
    if (program === '/usr/sbin/sysctl') return `${boot}\n`;
    return lines[Number(args.at(-1))] ?? '';
  });
  return Object.assign(system, { asked });
}

const LINE = 'S    Sat Nov 21 07:21:33 2026    \n';
const MINE = { [process.pid]: LINE };

describe('Processes on macOS', () => {
  const owner = async (pid: number, line: string): Promise<Owner> => ({ ...(await thisProcess(mac(MINE))), pid, start: (await mac({ [pid]: line }).look(pid)).start });

  it('are known by pid, start and boot, as its own programs say', async () => {
    const system = mac(MINE);

    expect(await thisProcess(system)).to.deep.equal({ version: 1, pid: process.pid, start: 'Sat Nov 21 07:21:33 2026', boot: BOOT, namespace: 'darwin' });
    expect(system.asked.sort()).to.deep.equal([`/bin/ps -o state=,lstart= -p ${process.pid}`, '/usr/sbin/sysctl -n kern.bootsessionuuid']);
  });

  it('are gone when they are a zombie, when another has their pid, and after another boot; and not while they run', async () => {
    const they = await owner(1, LINE);

    expect(await isGone(they, undefined, mac({ ...MINE, 1: LINE }))).to.equal(false);
    expect(await isGone(they, undefined, mac({ ...MINE, 1: LINE.replace('S ', 'Z ') }))).to.equal(true);
    expect(await isGone(they, undefined, mac({ ...MINE, 1: LINE.replace('33', '34') }))).to.equal(true);
    expect(await isGone(they, undefined, mac({ ...MINE, 1: LINE }, 'ANOTHER'))).to.equal(true);
  });

  it('are not gone because the programs say nothing', async () => {
    const they = await owner(process.pid, LINE);

    expect(await isGone(they, undefined, mac({}))).to.equal(false);
    expect(await isGone(they, undefined, mac(MINE, ''))).to.equal(false);
  });

  it('stand still when they say so', async () => {
    const they = await owner(1, LINE);

    expect([await isStopped(they, mac({ 1: LINE })), await isStopped(they, mac({ 1: LINE.replace('S ', 'T+') }))]).to.deep.equal([false, true]);
  });
});

describe('Processes of a system that tells little', () => {
  it('are gone when there is none of their number, on this machine', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    await once(child, 'spawn');
    const self = await thisProcess(others);
    const they = { ...self, pid: child.pid ?? 0 };

    const before = await isGone(they, undefined, others);
    child.kill('SIGKILL');
    await once(child, 'exit');

    expect(before).to.equal(false);
    expect(await isGone(they, undefined, others)).to.equal(true);
    expect(await isGone({ ...they, namespace: 'win32 another' }, undefined, others)).to.equal(false);
  });
});
