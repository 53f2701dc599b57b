export { createDockerTarget as docker } from './docker/docker-target.ts'
