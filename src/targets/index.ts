export { createDockerTarget as container } from './docker/docker-target.ts'
export { createComposeTarget as compose } from './compose/compose-target.ts'
export { createSwarmTarget as swarm } from './swarm/swarm-target.ts'
