/** The steps of a take-over with something around each of them: a delay, a count, a sudden end. */
import type { Steps } from '../../src/transports/socket/steps.js';

export type Around = <T>(name: keyof Steps, run: () => Promise<T>) => Promise<T>;

export function eachStep(steps: Steps, around: Around): Steps {
  return {
    look: (path) => around('look', () => steps.look(path)),
    list: (path) => around('list', () => steps.list(path)),
    read: (path) => around('read', () => steps.read(path)),
    makeFolder: (path) => around('makeFolder', () => steps.makeFolder(path)),
    write: (path, text) => around('write', () => steps.write(path, text)),
    writeThrough: (path, text) => around('writeThrough', () => steps.writeThrough(path, text)),
    touch: (path) => around('touch', () => steps.touch(path)),
    link: (from, to) => around('link', () => steps.link(from, to)),
    rename: (from, to) => around('rename', () => steps.rename(from, to)),
    remove: (path) => around('remove', () => steps.remove(path)),
    lock: (path, make) => around('lock', () => steps.lock(path, make)),
    inherit: (heritage) => around('inherit', () => steps.inherit(heritage)),
    proofs: (generation, afterCrash) => around('proofs', () => steps.proofs(generation, afterCrash)),
    listen: (path, onLink) => around('listen', () => steps.listen(path, onLink)),
    connect: (path) => around('connect', () => steps.connect(path)),
    pause: (time, signal) => around('pause', () => steps.pause(time, signal)),
  };
}
