/**
 * Topic patterns, as in NATS: tokens are split by `.`; `*` stands for exactly one token, `>` at the end for one or more.
 * Matching is by tokens, in linear time: nothing that a peer can send is made into a regular expression.
 */
export class Pattern {
  readonly #tokens: readonly string[];

  /** Throws a `TypeError` when `>` is not the last token. */
  constructor(pattern: string) {
    this.#tokens = pattern.split('.');
    if (!isListenable(pattern)) {
      throw new TypeError(`The pattern "${pattern}" holds a ">" that is not its last token. Use "*" for a single token.`);
    }
  }

  matches(topic: string): boolean {
    const tokens = this.#tokens;
    const given = topic.split('.');
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i];
      if (token === '>') return given.length > i;
      if (i >= given.length || (token !== '*' && token !== given[i])) return false;
    }
    return given.length === tokens.length;
  }
}

/** Whether one can listen to it: a topic, or a pattern whose `>` is its last token. */
export function isListenable(topic: string): boolean {
  return !topic.includes('>') || !topic.split('.').slice(0, -1).includes('>');
}

/** Whether a topic is a pattern: one of its tokens is `*` or `>`. */
export function isPattern(topic: string): boolean {
  if (!topic.includes('*') && !topic.includes('>')) return false;
  return topic.split('.').some((token) => token === '*' || token === '>');
}
