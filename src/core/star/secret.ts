/**
 * PORT. What all members of a group know, and nobody else. Each end of a link proves that it knows it by signing words that
 * the other end has just made up; the secret itself never crosses a link.
 */
export interface Secret {
  /** Made up on the spot: never the same twice, and nobody can guess it. */
  nonce(): string;
  /** What only those who know the secret can say of the words. */
  sign(words: string): string;
  /** Takes the same time wherever the signature is wrong. */
  verify(words: string, signature: string): boolean;
}

export type Side = 'member' | 'broker';

/**
 * What a side signs. The words hold for this side, this epoch and this hello, in which the member's own nonce is: what was
 * heard on one link is of no use on another, nor on the way back.
 */
export function oath(side: Side, epoch: number, nonce: string, hello: string): string {
  return JSON.stringify(['interhub', side, epoch, nonce, hello]);
}
