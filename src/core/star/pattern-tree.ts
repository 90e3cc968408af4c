/**
 * Many patterns by their tokens, so that those that a topic fits are found together: what two patterns have in common at
 * their beginnings is looked at once, however many they are.
 */
interface Branch {
  readonly branches: Map<string, Branch>;
  /** The pattern that ends here. */
  pattern: string | undefined;
}

export class PatternTree {
  readonly #root: Branch = begin();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** `pattern` is one. Idempotent. */
  add(pattern: string): void {
    let branch = this.#root;
    for (const token of pattern.split('.')) {
      let next = branch.branches.get(token);
      if (next === undefined) branch.branches.set(token, (next = begin()));
      branch = next;
    }
    if (branch.pattern === undefined) this.#size += 1;
    branch.pattern = pattern;
  }

  /** Idempotent. */
  delete(pattern: string): void {
    const tokens = pattern.split('.');
    const way: Branch[] = [this.#root];
    for (const token of tokens) {
      const next = way.at(-1)?.branches.get(token);
      if (next === undefined) return;
      way.push(next);
    }
    const last = way.at(-1);
    if (last?.pattern === undefined) return;
    last.pattern = undefined;
    this.#size -= 1;
    for (let i = tokens.length; i > 0 && isBare(way[i]); i--) way[i - 1]?.branches.delete(tokens[i - 1] ?? '');
  }

  /** Those that a topic fits. */
  fitting(topic: string): readonly string[] {
    const found: string[] = [];
    let reached: readonly Branch[] = [this.#root];
    for (const token of topic.split('.')) {
      const next: Branch[] = [];
      for (const { branches } of reached) {
        const rest = branches.get('>')?.pattern;
        if (rest !== undefined) found.push(rest);
        const any = branches.get('*');
        if (any !== undefined) next.push(any);
        const same = token === '*' ? undefined : branches.get(token);
        if (same !== undefined && token !== '>') next.push(same);
      }
      reached = next;
    }
    for (const { pattern } of reached) if (pattern !== undefined) found.push(pattern);
    return found;
  }
}

function begin(): Branch {
  return { branches: new Map(), pattern: undefined };
}

function isBare(branch: Branch | undefined): boolean {
  return branch !== undefined && branch.pattern === undefined && branch.branches.size === 0;
}
