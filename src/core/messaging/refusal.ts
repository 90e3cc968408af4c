/** Thrown in place of a handler that was not let in: it has not begun, and to ask again is safe. */
import { HubError } from '../errors.js';
import type { HubErrorCode } from '../errors.js';

export class Refusal extends HubError {
  constructor(code: HubErrorCode, message: string) {
    super(code, message, { mayHaveRun: false });
  }
}
