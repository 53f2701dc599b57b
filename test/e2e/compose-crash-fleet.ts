import type { Rollout } from '../../src/rollout/rollout.ts'
import type { InspectedContainer } from '../services/docker.ts'
import type { PushedImage } from '../services/images.ts'
import type { PushRegistry } from '../services/push.ts'
import { forAll } from './crash-fleet.ts'
import { inspectAll, readTags } from './crash-promises.ts'
import { fillIn, writeFiles } from './stage/compose-fleet.ts'
import { stageProject, type StagedProject } from './stage/compose-project.ts'
import type { Scene } from './stage/scene.ts'
import { readState } from './stage/state.ts'

/** A way that a rollout of a Compose service can go. */
export interface ComposeCrashCase {
  readonly order: 'stop-first' | 'start-first'
  readonly behaviour: 'healthy' | 'exits'
  /** Whether another tag brings the new version, so that the file is edited, rather than the same. */
  readonly isNewTag: boolean
}

/** A service that runs version v1, with v2 pushed. */
export interface ComposeMember extends ComposeCrashCase {
  readonly project: StagedProject
  /** As rollouts name it. */
  readonly name: string
  readonly old: InspectedContainer
  readonly v2: PushedImage
}

export interface ComposeVictim extends ComposeMember {
  readonly moment: string
}

const file = (order: string) =>
  `# the shop\nservices:\n  web:\n    image: <image>\n    network_mode: none\n    labels: { longshore.watch: "true", longshore.order: ${order} }\n`

/** Starts a service of a case. Without a network, which costs the most time and has no part in this. */
export async function startComposeMember(
  scene: Scene,
  registry: PushRegistry,
  crashCase: ComposeCrashCase,
): Promise<ComposeMember> {
  const { order, behaviour, isNewTag } = crashCase
  const project = stageProject(scene, registry)
  writeFiles(project, { 'compose.yaml': file(order) }, { tag: 'v1' })
  await project.push({ version: 'v1', tag: 'v1', healthcheck: false })
  await project.byHand('up', '--detach')
  const old = await project.instance()
  const v2 = await project.push({ version: 'v2', tag: isNewTag ? 'v2' : 'v1', behaviour, healthcheck: false })
  return { ...crashCase, project, name: `${project.name}/web`, old, v2 }
}

/** What is broken right after the kill, one sentence each: I1 and I2, as far as Compose allows them. */
export async function brokenNow(scene: Scene, victims: readonly ComposeVictim[]): Promise<readonly string[]> {
  const [containers, tags] = await Promise.all([inspectAll(scene), readTags(scene)])
  const images = new Set(tags.values())
  return victims.flatMap((victim) => {
    const sentences: string[] = []
    if (!images.has(victim.old.Image)) sentences.push('I2: the old image is gone')
    const runs = instancesOf(containers, victim).some(({ State }) => State.Running)
    if (!runs && !mayRest(victim)) sentences.push('I1: neither version runs')
    return sentences.map((each) => `killed at ${victim.moment}: ${each}`)
  })
}

/** Whether it may be between two versions: Compose removes the old one before it starts the new. */
const mayRest = ({ order, behaviour, moment }: ComposeVictim): boolean =>
  order === 'stop-first' && (behaviour === 'exits' || moment.startsWith('amid'))

/** What is broken after a recovery, one sentence each: I1 and I8. */
export async function brokenLater(
  scene: Scene,
  victims: readonly ComposeVictim[],
  allowed: readonly ('v1' | 'v2')[],
): Promise<readonly string[]> {
  const [containers, tags] = await Promise.all([inspectAll(scene), readTags(scene)])
  const rollouts = await latestRollouts(scene, victims)
  return victims.flatMap((victim) => {
    const { project, old, v2, isNewTag, moment, order, name } = victim
    const [container, ...others] = instancesOf(containers, victim)
    const { outcome, reason, stage } = rollouts.get(name) ?? {}
    const told = (sentence: string) => `killed at ${moment}: ${sentence} (${outcome}: ${reason?.sentence})`
    if (container === undefined || others.length > 0) return [told(`it has ${others.length} containers more than one`)]
    const version = container.Image === v2.configDigest ? 'v2' : 'v1'
    const tag = version === 'v2' && isNewTag ? 'v2' : 'v1'
    const sentences: string[] = []
    const expectSame = (what: string, is: unknown, wanted: readonly unknown[]) => {
      if (!wanted.includes(is)) sentences.push(told(`${what} is ${JSON.stringify(is)}, not ${wanted.join(' or ')}`))
    }
    // Start-first, Compose gives the new one the next number.
    const numbers = order === 'stop-first' ? [1] : [1, 2, 3, 4]
    expectSame('the version', version, allowed)
    expectSame('the image', container.Image, [version === 'v2' ? v2.configDigest : old.Image])
    expectSame(
      'the name',
      container.Name,
      numbers.map((each) => `/${project.name}-web-${each}`),
    )
    expectSame('the status', container.State.Status, ['running'])
    expectSame('the reference', container.Config.Image, [project.image('web', tag)])
    expectSame('the image of its tag', tags.get(project.image('web', tag)), [container.Image])
    expectSame('the file', project.read('compose.yaml').toString(), [fillIn(project, file(order), { tag })])
    expectSame('the folder', Object.keys(project.snapshot()).join(), ['compose.yaml'])
    expectSame('the stage', stage, ['ended'])
    return sentences
  })
}

/** What a plain `up` by hand would still change, one sentence each. */
export async function undoneByHand(victims: readonly ComposeVictim[]): Promise<readonly string[]> {
  const undone = await forAll(victims, async ({ project, moment }) => {
    return (await project.upByHand()).map((each) => `killed at ${moment}: ${each}`)
  })
  return undone.flat()
}

const instancesOf = (containers: readonly InspectedContainer[], { project }: ComposeMember) =>
  containers.filter(({ Config }) => Config.Labels['com.docker.compose.project'] === project.name)

async function latestRollouts(scene: Scene, members: readonly ComposeMember[]) {
  return readState(scene, async (store) => {
    const found = new Map<string, Rollout | undefined>()
    for (const { name, project } of members) found.set(name, (await store.rollouts(project.workload().id, 1))[0])
    return found
  })
}
