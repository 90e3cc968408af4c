/**
 * A disk whose power can be cut. It has what was flushed, for sure; of what was not, each page may be there or not, in any
 * combination, and so may the new name of a file.
 */
import type { Disk } from '../../src/transports/socket/disk.js';

export const PAGE = 4_096;

interface File {
  bytes: Buffer;
  flushed: Buffer;
}

/** What chance decides when the power goes: for the next page or name, whether the disk has it. */
export type Luck = () => boolean;

export class UnpluggedDisk implements Disk {
  readonly #open = new Map<number, File>();
  #names = new Map<string, File>();
  #flushedNames = new Map<string, File>();
  #handles = 0;

  cutPower(luck: Luck): void {
    this.#open.clear();
    if (!luck()) this.#names = this.#flushedNames;
    for (const file of new Set(this.#names.values())) file.bytes = file.flushed = torn(file, luck);
    this.#flushedNames = new Map(this.#names);
  }

  read(path: string): { readonly bytes: Uint8Array; readonly written: number } | undefined {
    const file = this.#names.get(path);
    return file && { bytes: Uint8Array.from(file.bytes), written: 0 };
  }

  /** Changes one bit of what is there. */
  damage(path: string, bit: number): void {
    const file = this.#names.get(path);
    if (file) file.bytes[bit >> 3] = (file.bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  }

  create(path: string): number {
    const file = { bytes: Buffer.alloc(0), flushed: Buffer.alloc(0) };
    this.#names.set(path, file);
    return this.#handle(file);
  }

  open(path: string): number {
    const file = this.#names.get(path);
    if (file === undefined) throw new Error(`ENOENT: ${path}`);
    return this.#handle(file);
  }

  write(handle: number, bytes: Uint8Array, from: number, position: number): number {
    const file = this.#file(handle);
    file.bytes = Buffer.concat([file.bytes.subarray(0, position), bytes.subarray(from)]);
    return bytes.length - from;
  }

  truncate(handle: number, size: number): void {
    const file = this.#file(handle);
    file.bytes = Buffer.from(file.bytes.subarray(0, size));
  }

  async flush(handle: number): Promise<void> {
    this.flushNow(handle);
  }

  flushNow(handle: number): void {
    const file = this.#file(handle);
    file.flushed = Buffer.from(file.bytes);
  }

  flushPath(): void {
    this.#flushedNames = new Map(this.#names);
  }

  rename(from: string, to: string): void {
    const file = this.#names.get(from);
    if (file === undefined) throw new Error(`ENOENT: ${from}`);
    this.#names.delete(from);
    this.#names.set(to, file);
  }

  remove(path: string): void {
    this.#names.delete(path);
  }

  close(handle: number): void {
    this.#open.delete(handle);
  }

  uptime(): number {
    return 0;
  }

  abandon(handle: number): void {
    this.#open.delete(handle);
  }

  #handle(file: File): number {
    this.#handles += 1;
    this.#open.set(this.#handles, file);
    return this.#handles;
  }

  #file(handle: number): File {
    const file = this.#open.get(handle);
    if (file === undefined) throw new Error(`EBADF: ${handle}`);
    return file;
  }
}

/** A page that the disk does not have holds what was flushed of it, and else nothing; at the end it may be missing altogether. */
function torn({ bytes, flushed }: File, luck: Luck): Buffer {
  const result = Buffer.alloc(Math.max(bytes.length, flushed.length));
  flushed.copy(result);
  let end = flushed.length;
  for (let at = 0; at < bytes.length; at += PAGE) {
    if (!luck()) continue;
    bytes.copy(result, at, at, at + PAGE);
    end = Math.max(end, Math.min(bytes.length, at + PAGE));
  }
  return result.subarray(0, luck() ? result.length : end);
}
