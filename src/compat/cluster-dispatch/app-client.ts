/** An app worker: it has its agent before its own code is loaded. */
import { supervised } from '../../supervise/supervise.js';
import type { Supervised } from '../../supervise/supervise.js';
import { RawAgent, setAgent } from './agent.js';
import { loggerOf } from './logger.js';
import type { Logger } from './logger.js';
import { Starter } from './starter.js';

export interface AppClientOptions {
  readonly logger?: Logger;
  readonly process?: Pick<Supervised, 'hub' | 'ready'>;
}

export class AppClient extends Starter {
  readonly agent: RawAgent;

  constructor({ logger = loggerOf('app_worker:'), process: { hub } = supervised() }: AppClientOptions = {}) {
    super(logger);
    const { AGENT_TIMEOUT } = process.env;
    this.agent = new RawAgent({ hub, logger, ...(AGENT_TIMEOUT === undefined ? {} : { timeout: Number(AGENT_TIMEOUT) }) });
  }

  init(): Promise<void> {
    return this.starting(this.#init());
  }

  async #init(): Promise<void> {
    if (process.env['NEED_AGENT'] !== 'true') return;
    await this.agent.init();
    setAgent(this.agent);
  }
}
