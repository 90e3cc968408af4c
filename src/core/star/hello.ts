/** The first words on a link: who comes, and what it finds. */
import { HubError } from '../errors.js';
import type { HubErrorCode } from '../errors.js';
import type { Candidate, Member } from '../protocol.js';
import { MAX_NAME_BYTES } from '../protocol.js';
import { isListenable } from '../pattern.js';
import { PROTOCOL } from './packet.js';

export interface Hello {
  readonly protocol: number;
  readonly member: Candidate;
  /** The highest epoch that this member has seen: a group never goes back. */
  readonly epoch: number;
  /** What would prove that this process is dead, in words that the place of meeting understands. */
  readonly proof?: string;
  /** It was in the group before, and wants to go on under this number. */
  readonly resume?: number;
  /** It was given a secret: what the broker is to sign. */
  readonly nonce?: string;
  /** What it listens to and handles from the first moment on: whoever hears that it has joined may talk to it. */
  readonly listens?: Listens;
}

export interface Listens {
  readonly topics: readonly string[];
  readonly methods: readonly string[];
}

/** What a broker that was given a secret answers first. */
export interface Challenge {
  readonly epoch: number;
  /** What the member is to sign. */
  readonly nonce: string;
  /** That the broker knows the secret itself. */
  readonly proof: string;
}

export interface Welcome {
  readonly protocol: number;
  readonly epoch: number;
  readonly number: number;
  readonly members: readonly Member[];
  /** Whether sessions go on when this authority ends: their members meet again, and say which they are. */
  readonly outlives: boolean;
}

export interface Refusal {
  readonly code: HubErrorCode;
  readonly message: string;
}

/**
 * Checks what a stranger says of itself. Throws `BAD_PACKET` or `VERSION`. What it says beyond this is passed over: that is
 * how a later version can say what it can do besides, to those who understand it.
 */
export function readHello(text: string): Hello {
  const hello = parse(text);
  if (!isRecord(hello) || typeof hello['protocol'] !== 'number') throw bad();
  checkProtocol('This process', hello['protocol'], 'the broker of the group');
  const { member, epoch, proof, resume, nonce, listens } = hello;
  if (!isRecord(member) || typeof epoch !== 'number') throw bad();
  const { id, name, labels, pid } = member;
  if (typeof id !== 'string' || typeof name !== 'string' || typeof pid !== 'number' || !isRecord(labels)) throw bad();
  if (id.length === 0 || id.length > MAX_NAME_BYTES || name.length > MAX_NAME_BYTES) throw bad();
  const texts: [string, string][] = [];
  for (const [key, value] of Object.entries(labels)) {
    if (typeof value !== 'string') throw bad();
    texts.push([key, value]);
  }
  if (proof !== undefined && (typeof proof !== 'string' || proof.length > MAX_NAME_BYTES)) throw bad();
  if (resume !== undefined && typeof resume !== 'number') throw bad();
  if (nonce !== undefined && (typeof nonce !== 'string' || nonce.length > MAX_NAME_BYTES)) throw bad();
  return {
    protocol: PROTOCOL,
    epoch,
    member: { id, name, pid, labels: Object.fromEntries(texts) },
    ...(proof === undefined ? {} : { proof }),
    ...(resume === undefined ? {} : { resume }),
    ...(nonce === undefined ? {} : { nonce }),
    ...(listens === undefined ? {} : { listens: readListens(listens) }),
  };
}

function readListens(listens: unknown): Listens {
  if (!isRecord(listens)) throw bad();
  const { topics, methods } = listens;
  if (!areNames(topics) || !areNames(methods) || !topics.every(isListenable)) throw bad();
  return { topics, methods };
}

export function readChallenge(text: string): Challenge {
  const challenge = parse(text);
  if (!isRecord(challenge)) throw bad();
  const { epoch, nonce, proof } = challenge;
  if (typeof epoch !== 'number' || typeof nonce !== 'string' || typeof proof !== 'string') throw bad();
  return { epoch, nonce, proof };
}

export function readProof(text: string): string {
  const proof = parse(text);
  if (!isRecord(proof) || typeof proof['proof'] !== 'string') throw bad();
  return proof['proof'];
}

export function readWelcome(text: string): Welcome {
  const welcome = parse(text);
  if (!isRecord(welcome) || typeof welcome['protocol'] !== 'number') throw bad();
  checkProtocol('The broker of the group', welcome['protocol'], 'this process');
  if (typeof welcome['number'] !== 'number' || !Array.isArray(welcome['members'])) throw bad();
  return welcome as unknown as Welcome;
}

export function readRefusal(text: string): HubError {
  const refusal = parse(text);
  if (!isRecord(refusal) || typeof refusal['code'] !== 'string' || typeof refusal['message'] !== 'string') throw bad();
  return new HubError(refusal['code'] as HubErrorCode, refusal['message']);
}

function checkProtocol(who: string, theirs: number, us: string): void {
  if (theirs === PROTOCOL) return;
  const age = theirs < PROTOCOL ? 'an older' : 'a newer';
  throw new HubError('VERSION', `${who} speaks version ${theirs} of the protocol, ${age} one than ${us}, which speaks version ${PROTOCOL}. Run one version of interhub in all processes of a group.`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw bad();
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function areNames(names: unknown): names is readonly string[] {
  return Array.isArray(names) && names.every((name) => typeof name === 'string' && name.length <= MAX_NAME_BYTES);
}

function bad(): HubError {
  return new HubError('BAD_PACKET', 'The other end of a link did not introduce itself as a process with interhub does.');
}
