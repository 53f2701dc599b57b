import type { Rollout } from '../../src/rollout/rollout.ts'
import type { InspectedContainer } from '../services/docker.ts'
import type { PushedImage } from '../services/images.ts'
import type { PushRegistry } from '../services/push.ts'
import { fileOf, shapes, volumesOf } from './compose-crash-shapes.ts'
import { forAll } from './crash-fleet.ts'
import { inspectAll, readTags } from './crash-promises.ts'
import { fillIn, say, someone, writeFiles } from './stage/compose-fleet.ts'
import { stageProject, type StagedProject } from './stage/compose-project.ts'
import type { Scene } from './stage/scene.ts'
import { readState } from './stage/state.ts'

/** A way that a rollout of a Compose service can go. */
export interface ComposeCrashCase {
  readonly shape: keyof typeof shapes
  readonly order: 'stop-first' | 'start-first'
  /** `second-ends`: the second of several new instances ends in its gate, which a test brings about. */
  readonly behaviour: 'healthy' | 'exits' | 'second-ends'
  /** Whether another tag brings the new version, so that the file is edited, rather than the same. */
  readonly isNewTag: boolean
}

/** A service that runs version v1, with v2 pushed. */
export interface ComposeMember extends ComposeCrashCase {
  readonly project: StagedProject
  /** As rollouts name it. */
  readonly name: string
  readonly olds: readonly [InspectedContainer, ...InspectedContainer[]]
  readonly v2: PushedImage
}

export interface ComposeVictim extends ComposeMember {
  readonly moment: string
}

/** Starts a service of a case. */
export async function startComposeMember(
  scene: Scene,
  registry: PushRegistry,
  crashCase: ComposeCrashCase,
): Promise<ComposeMember> {
  const { shape, order, behaviour, isNewTag } = crashCase
  const project = stageProject(scene, registry)
  writeFiles(project, { 'compose.yaml': fileOf(shapes[shape], order) }, { tag: 'v1' })
  const usual = { tag: 'v1', healthcheck: false } as const
  await project.push({ ...usual, version: 'v1' })
  if (shapes[shape].follower !== null) await project.push({ ...usual, version: 'beside' }, 'db')
  await project.byHand('up', '--detach')
  const [first, ...others] = await project.instances()
  if (first === undefined) throw new Error(`${project.name} has no container`)
  const program = behaviour === 'exits' ? { behaviour } : {}
  const v2 = await project.push({ ...usual, version: 'v2', tag: isNewTag ? 'v2' : 'v1', ...program })
  return { ...crashCase, project, name: `${project.name}/web`, olds: [first, ...others], v2 }
}

/** Asks for the new tag, where there is one. */
export const askForTags = (scene: Scene, members: readonly ComposeMember[]): Promise<void> =>
  say(scene, async ({ deploy }) => {
    for (const { project, isNewTag } of members) if (isNewTag) await deploy(project.workload().id, 'v2', someone)
  })

/** What is broken right after the kill, one sentence each: I1, I2 and I3, as far as Compose allows them. */
export async function brokenNow(scene: Scene, victims: readonly ComposeVictim[]): Promise<readonly string[]> {
  const [containers, tags] = await Promise.all([inspectAll(scene), readTags(scene)])
  const images = new Set(tags.values())
  const open = await readState(scene, (store) => store.openRollouts())
  return victims.flatMap((victim) => {
    const { scale, isOneByOne } = shapes[victim.shape]
    const sentences: string[] = []
    if (!images.has(victim.olds[0].Image)) sentences.push('I2: the old image is gone')
    const running = instancesOf(containers, victim).filter(({ State }) => State.Running).length
    const fewest = isOneByOne ? scale - 1 : mayRest(victim) ? 0 : 1
    if (running < fewest) sentences.push(`I1: ${running} instances run, of ${scale}`)
    const most = victim.order === 'start-first' ? scale + 1 : scale
    if (running > most) sentences.push(`${running} instances run, of ${scale}`)
    const rollouts = open.filter(({ workload }) => workload === victim.project.workload().id)
    if (rollouts.length > 1) sentences.push(`I3: ${rollouts.length} rollouts are open`)
    return sentences.map((each) => `killed at ${victim.moment}: ${each}`)
  })
}

/** Whether it may be between two versions: Compose removes the old one before it starts the new. */
const mayRest = ({ order, behaviour, moment }: ComposeVictim): boolean =>
  order === 'stop-first' && (behaviour !== 'healthy' || moment.startsWith('amid'))

/** What is broken after a recovery, one sentence each: I1, I3 and I8. */
export async function brokenLater(
  scene: Scene,
  victims: readonly ComposeVictim[],
  allowed: readonly ('v1' | 'v2')[],
): Promise<readonly string[]> {
  const [containers, tags] = await Promise.all([inspectAll(scene), readTags(scene)])
  const histories = await rolloutsOf(scene, victims)
  return victims.flatMap((victim) => {
    const { project, olds, v2, isNewTag, moment, order, name, shape } = victim
    const { scale, isOneByOne, follower } = shapes[shape]
    const found = instancesOf(containers, victim)
    const [container] = found
    const [latest, ...earlier] = histories.get(name) ?? []
    const { outcome, reason, stage } = latest ?? {}
    const told = (sentence: string) => `killed at ${moment}: ${sentence} (${outcome}: ${reason?.sentence})`
    if (container === undefined || found.length !== scale)
      return [told(`it has ${found.length} containers of ${scale}`)]
    const version = container.Image === v2.configDigest ? 'v2' : 'v1'
    const tag = version === 'v2' && isNewTag ? 'v2' : 'v1'
    const sentences: string[] = []
    const expectSame = (what: string, is: unknown, wanted: readonly unknown[]) => {
      if (!wanted.includes(is)) sentences.push(told(`${what} is ${JSON.stringify(is)}, not ${wanted.join(' or ')}`))
    }
    expectSame('the version', version, allowed)
    for (const each of found) {
      expectSame('the image', each.Image, [version === 'v2' ? v2.configDigest : olds[0].Image])
      expectSame('the status', each.State.Status, ['running'])
      expectSame('the reference', each.Config.Image, [project.image('web', tag)])
    }
    // Beside others, Compose gives the new one the next number.
    const usual = found.map((_, at) => `/${project.name}-web-${at + 1}`)
    const isUsual = usual.every((each) => found.some(({ Name }) => Name === each))
    const isNumbered = found.every(({ Name }) => new RegExp(`^/${project.name}-web-\\d+$`).test(Name))
    expectSame('that its names are as usual', order === 'start-first' || isOneByOne ? isNumbered : isUsual, [true])
    if (!isOneByOne && shape !== 'single') {
      expectSame('its volumes', volumesOf(found).join(), [volumesOf(olds).join()])
    }
    if (follower !== null) {
      const [beside, ...more] = instancesOf(containers, victim, follower)
      expectSame('how many live in it', more.length + (beside === undefined ? 0 : 1), [1])
      expectSame('what lives in it', beside?.State.Status, ['running'])
      expectSame('where that lives', beside?.HostConfig.NetworkMode, [`container:${container.Id}`])
    }
    expectSame('the image of its tag', tags.get(project.image('web', tag)), [container.Image])
    expectSame('the file', project.read('compose.yaml').toString(), [
      fillIn(project, fileOf(shapes[shape], order), { tag }),
    ])
    expectSame('the folder', Object.keys(project.snapshot()).join(), ['compose.yaml'])
    expectSame('the stage', stage, ['ended'])
    expectSame('how many rollouts are open beside it', earlier.filter((each) => each.stage !== 'ended').length, [0])
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

function instancesOf(containers: readonly InspectedContainer[], { project }: ComposeMember, service = 'web') {
  return containers.filter(({ Config: { Labels } }) => {
    return Labels['com.docker.compose.project'] === project.name && Labels['com.docker.compose.service'] === service
  })
}

/** The latest first, by name. */
async function rolloutsOf(scene: Scene, members: readonly ComposeMember[]) {
  return readState(scene, async (store) => {
    const found = new Map<string, readonly Rollout[]>()
    for (const { name, project } of members) found.set(name, await store.rollouts(project.workload().id, 9))
    return found
  })
}
