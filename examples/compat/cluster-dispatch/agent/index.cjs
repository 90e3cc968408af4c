const { Agent } = require('interhub/compat/cluster-dispatch');

module.exports = Agent.getAgent();
