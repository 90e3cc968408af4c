/**
 * The layout of a packet, the unit on a link. All numbers are little-endian; `docs/protocol.md` is this file in prose.
 *
 *      0  u32  length of what follows the header
 *      4  u8   kind
 *      5  u8   flags
 *      6  u16  length of the name, the first thing after the header
 *      8  u32  member: the other end of an envelope (to the broker: whom it is for; from the broker: whom it is from);
 *              of a command: the oldest command that its sender has no outcome of; of an outcome, an event or a pong: the last
 *              command of whoever hears it that is decided, and with it all before it
 *     12  u32  id: the call, the command's number; of a batch: how many values it holds
 *     16  u32  extra: a request's time-out; the place of a part, or of a batch's first; a number of parts; the type of a command, an outcome, an event or an interest
 *     20       name, then the body
 *
 * A broker sends an envelope on by writing one number, `member`, into the header, and copying the rest.
 */
export const HEADER = 20;

export const AT = { length: 0, kind: 4, flags: 5, nameLength: 6, member: 8, id: 12, extra: 16 } as const;

/** Version of everything in this file and in `vocabulary.ts`; ends that differ do not talk. */
export const PROTOCOL = 1;

export const KIND = {
  // the life of a link
  hello: 1,
  welcome: 2,
  refused: 3,
  bye: 4,
  /** The broker: this authority ends, meet again. The member: that was my last word to it. */
  handover: 5,
  /** A member that has come back: all that it asks again has been asked. */
  resumed: 6,
  ping: 7,
  pong: 13,
  /** The broker: prove that you know the secret, as I do. The member: here is my proof. */
  challenge: 14,
  proof: 15,
  // agreeing
  command: 8,
  outcome: 9,
  event: 10,
  follow: 11,
  unfollow: 12,
  // telling and asking: from here on the broker reads the header only
  message: 16,
  request: 17,
  stream: 18,
  reply: 19,
  failure: 20,
  cancel: 21,
  chunk: 22,
  credit: 23,
  input: 24,
  'input.end': 25,
  'input.failure': 26,
  'input.credit': 27,
  /** A piece of the payload of a packet that was cut: `id` says of which. */
  fragment: 28,
  /** So many bytes of it have come: `id` says of which, `extra` how many. */
  taken: 29,
  /** A member takes no more of what you say to it (`extra` 1), or takes more again (0). */
  full: 30,
} as const;

export const FIRST_ENVELOPE = KIND.message;
/** Up to here nobody has asked for them: where too much waits they may be turned away. The others are as many as were asked for, and always taken. */
export const LAST_UNASKED = KIND.stream;

export const FLAG = {
  /** How the payload is to be read: one of `FORM`. */
  form: 0x07,
  /** `id` values of one name, for one member: their calls (u32 each, not for messages), then one JSON array of all. */
  batch: 0x08,
  /** An envelope on its way back to its sender. */
  returned: 0x10,
  /** With `returned`: its receiver is there, but takes no more. */
  full: 0x20,
  /** Of a command: nobody waits for its outcome. */
  quiet: 0x40,
  /** Of an envelope: its payload follows in fragments. In its place are two numbers, u32 each: by which they know it, and its length. */
  cut: 0x80,
} as const;

export const FORM = { json: 0, tagged: 1, buffer: 2, bytes: 3, stream: 4 } as const;

/** In a batch's table: the value of this call is `undefined`, which JSON cannot say. */
export const UNDEFINED_VALUE = 0x8000_0000;
