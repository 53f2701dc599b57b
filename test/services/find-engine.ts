import { docker } from './docker.ts'
import { startEngine } from './engine.ts'
import { ensureInstalled } from './install.ts'
import { ping } from './ping.ts'

interface FoundEngine {
  readonly host: string
  /** Removes an engine of ours; leaves one that was there before as it is. */
  stop(): Promise<void>
}

const usualHost = 'unix:///var/run/docker.sock'

/**
 * Uses the engine that `DOCKER_HOST` names or that listens at the usual place;
 * where there is none, installs one if need be and starts one of our own.
 * An engine that has workloads for Longshore already is left alone.
 *
 * @param ours label of the containers that do not count as such
 * @param say gets a line for each step that a person should know of
 */
export async function findOrStartEngine(ours: string, say: (line: string) => void): Promise<FoundEngine> {
  const host = await findHost()
  if (host === undefined) say('No Docker engine answers on this machine.')
  else {
    await ensureInstalled(['docker'], say)
    if (!(await hasOtherWorkloads(host, ours))) {
      say(`Using the Docker engine at ${host}.`)
      return { host, stop: async () => {} }
    }
    say(`The Docker engine at ${host} has workloads that Longshore would watch: it is left alone.`)
  }
  await ensureInstalled(['engine', 'docker'], say)
  say('Starting a Docker engine for this demonstration only.')
  return startEngine()
}

async function findHost(): Promise<string | undefined> {
  for (const host of [process.env['DOCKER_HOST'] ?? '', usualHost]) {
    if ((await ping(host)) !== undefined) return host
  }
  return undefined
}

/** Rolling these out is not ours to do. */
async function hasOtherWorkloads(host: string, ours: string): Promise<boolean> {
  const labels = await docker(host, 'ps', '--all', '--no-trunc', '--format', '{{.Labels}}')
  return labels
    .split('\n')
    .map((line) => line.split(','))
    .some((each) => !each.includes(ours) && each.some((label) => /^(longshore\.|registry-docker-updater)/.test(label)))
}
