/** Mocha's own report, and after it one line for whoever counts: `12 passed, 0 failed`. */
import Mocha from 'mocha';

export default class CountingReporter extends Mocha.reporters.Spec {
  override epilogue(): void {
    super.epilogue();
    const { passes, failures } = this.stats;
    console.log(`${passes} passed, ${failures} failed`);
  }
}
