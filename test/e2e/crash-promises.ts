import type { Rollout } from '../../src/rollout/rollout.ts'
import type { InspectedContainer } from '../services/docker.ts'
import type { Member } from './crash-fleet.ts'
import { aliasOf, forAll } from './crash-fleet.ts'
import type { Scene } from './stage/scene.ts'
import { readState } from './stage/state.ts'

/** A workload and the moment of its journal at which the process is killed. */
export interface Victim extends Member {
  /** Every moment that its rollout would have, in order. */
  readonly moments: readonly string[]
  readonly moment: string
}

/** What is broken right after the kill, one sentence each: I1, I2. */
export async function brokenAtOnce(scene: Scene, victims: readonly Victim[]): Promise<readonly string[]> {
  const containers = await inspectAll(scene)
  const rollouts = await readMembers(scene, victims)
  return victims.flatMap((victim) => {
    const rollout = rollouts.get(victim.name)?.rollout
    const old = containers.find(({ Id }) => Id === victim.oldId)
    const fresh = containers.find(({ Config }) => Config.Labels['longshore.operation'] === rollout?.id)
    const broken: string[] = []
    const hasPassed = rollout?.stage === 'passed' || rollout?.outcome === 'succeeded'
    if (old === undefined && !hasPassed) broken.push('I2: the old version is gone before the gate has passed')
    const serves = old?.State.Running === true || fresh?.State.Running === true
    if (!serves && !isInGap(victim)) broken.push('I1: neither version runs, outside of the gap')
    return broken.map((each) => `killed at ${victim.moment}: ${each}`)
  })
}

/** What is broken after a recovery, one sentence each: I1, I8. */
export async function brokenAfterwards(
  scene: Scene,
  victims: readonly Victim[],
  allowed: readonly ('v1' | 'v2')[],
): Promise<readonly string[]> {
  const containers = await inspectAll(scene)
  const tags = await readTags(scene)
  const states = await readMembers(scene, victims)
  const broken = await forAll(victims, async (victim) => {
    const { name, v1, v2 } = victim
    const own = containers.filter((each) => each.Name === `/${name}` || each.Name.startsWith(`/${name}.longshore-`))
    const [container] = own
    const sentences: string[] = []
    const expectSame = (what: string, is: unknown, wanted: readonly unknown[]) => {
      if (!wanted.includes(is)) sentences.push(`${what} is ${String(is)}, not ${wanted.join(' or ')}`)
    }
    expectSame('containers', own.map((each) => each.Name).join(' '), [`/${name}`])
    if (container === undefined) return sentences
    const version = container.Image === v2.configDigest ? 'v2' : 'v1'
    const image = version === 'v2' ? v2.configDigest : v1.configDigest
    expectSame('the version', version, allowed)
    expectSame('the image', container.Image, [image])
    if (version === 'v1') expectSame('the instance', container.Id, [victim.oldId])
    expectSame('its status', container.State.Status, ['running'])
    expectSame('its restart policy', container.HostConfig.RestartPolicy.Name, ['unless-stopped'])
    expectSame('its page', await readPage(container), [version])
    if (victim.order === 'start-first') {
      const answers = await askFromOutside(scene, [name, aliasOf(name)])
      expectSame('its page by name and alias', answers, [`${version} ${version}`])
    }
    expectSame('the image of its tag', tags.get(v1.reference), [image])
    expectSame('its stage', states.get(name)?.rollout?.stage, ['ended'])
    if (victim.behaviour !== 'healthy') expectSame('its quarantine', states.get(name)?.quarantined, [v2.digest])
    return sentences.map((each) => `killed at ${victim.moment}: ${each}`)
  })
  return broken.flat()
}

/** Everything on the engine that is nobody's workload here, and every volume. */
export async function lookAround(scene: Scene, victims: readonly Member[]) {
  const names = new Set(victims.map(({ name }) => `/${name}`))
  const others = (await inspectAll(scene)).filter(({ Name }) => !names.has(Name))
  return {
    containers: others.map(({ Id, Name, State }) => ({ Id, Name, status: State.Status })),
    volumes: (await scene.docker('volume', 'ls', '--quiet')).split('\n'),
    images: [...(await readTags(scene))].filter(([reference]) => reference.startsWith('keepsake')),
  }
}

/** Name of the container that only looks at others. */
export const outsiderName = 'outsider'

async function askFromOutside(scene: Scene, names: readonly string[]): Promise<string> {
  const asking = names.map((name) => `wget -q -O - http://${name}:8080/ || echo nobody`).join('; ')
  return (await scene.docker('exec', outsiderName, 'sh', '-c', asking)).replaceAll('\n', ' ')
}

/** Whether a stop-first rollout is between its two versions at its moment. */
function isInGap({ order, moments, moment, behaviour }: Victim): boolean {
  if (order === 'start-first') return false
  let isIn = false
  for (const each of moments.slice(0, moments.indexOf(moment) + 1)) {
    if (each === 'J4 stop-old after' || each === 'R stop-new after') isIn = true
    if (each === 'J6 start-new after' && behaviour !== 'exits') isIn = false
    if (each === 'R start-old after') isIn = false
  }
  return isIn
}

/** Every container of the engine. */
export async function inspectAll(scene: Scene): Promise<readonly InspectedContainer[]> {
  const ids = (await scene.docker('ps', '--all', '--quiet')).split('\n')
  // The engine is ours and of a known version.
  return JSON.parse(await scene.docker('container', 'inspect', ...ids)) as InspectedContainer[]
}

/** Image ids by reference. */
export async function readTags(scene: Scene): Promise<ReadonlyMap<string, string>> {
  const lines = await scene.docker('images', '--no-trunc', '--format', '{{.Repository}}:{{.Tag}} {{.ID}}')
  return new Map(lines.split('\n').map((line) => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? '']))
}

/** The latest rollout and the quarantined digest of each, by name. */
async function readMembers(scene: Scene, members: readonly Member[]) {
  return readState(scene, async (store) => {
    const found = new Map<string, { readonly rollout: Rollout | undefined; readonly quarantined: string | undefined }>()
    for (const { name } of members) {
      const id = `local/container/${name}`
      const [rollout] = await store.rollouts(id, 1)
      const [quarantine] = await store.quarantine(id)
      found.set(name, { rollout, quarantined: quarantine?.digest })
    }
    return found
  })
}

async function readPage({ NetworkSettings }: InspectedContainer): Promise<string> {
  const [network] = Object.values(NetworkSettings.Networks)
  try {
    const response = await fetch(`http://${network?.IPAddress}:8080/`, { signal: AbortSignal.timeout(5_000) })
    return (await response.text()).trim()
  } catch (error) {
    return String(error)
  }
}
