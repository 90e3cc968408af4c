/** A group's secret, as a text that all its processes were given. It signs by HMAC-SHA-256. */
import { createHmac, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Secret } from '../../core/star/secret.js';

export class SharedSecret implements Secret {
  /** Not the text: what looks into this object does not see it. */
  readonly #key: KeyObject;

  constructor(secret: string) {
    this.#key = createSecretKey(secret, 'utf8');
  }

  nonce(): string {
    return randomBytes(32).toString('base64');
  }

  sign(words: string): string {
    return createHmac('sha256', this.#key).update(words, 'utf8').digest('base64');
  }

  verify(words: string, signature: string): boolean {
    const right = Buffer.from(this.sign(words));
    const given = Buffer.from(signature);
    return given.length === right.length && timingSafeEqual(given, right);
  }
}
