/** An app of cluster-dispatch. Its primary hears what comes of its calls. */
import { Agent } from '../../../src/compat/cluster-dispatch.js';

const agent = Agent.getAgent();
if (process.env['APP_FAILS'] === 'true') throw new RangeError('the app cannot be loaded');

process.on('message', (method: string) => {
  const { counter } = agent?.agentObjs ?? {};
  counter?.[method]?.()?.then(
    (value) => process.send?.({ method, value }),
    (error: unknown) => process.send?.({ method, error: String(error) }),
  );
});
process.send?.({ method: 'loaded', value: agent === null ? 'without an agent' : Object.keys(agent.agentObjs) });
