import type { ContainerInspect, CreateBody } from '../../../clients/docker/shapes.ts'
import { AppError } from '../../../errors.ts'
import type { Dependant } from '../../../rollout/dependant.ts'
import { refersTo, rewired } from '../../engine/dependants.ts'
import type { Labels } from '../../engine/own-labels.ts'
import { requireInstance } from '../../engine/require-instance.ts'
import { withImageUnder } from '../../engine/with-image-under.ts'
import { carryOver } from '../carry-over.ts'
import type { DockerDeps } from '../docker-deps.ts'
import { settleNetworks } from '../settle-networks.ts'
import { inheritedMounts } from './inherited.ts'
import { usesLabels } from './uses.ts'

/** What has taken, or will take, the place of a container of the set. */
export interface Successor {
  readonly old: ContainerInspect
  /** Engine id of what takes its place. */
  readonly id: string
  /** The name that it ends up with. */
  readonly name: string
}

interface Making {
  readonly plan: Dependant
  /** Whose settings it gets. */
  readonly old: ContainerInspect
  /** What is written on it. */
  readonly labels: Labels
  /** Of whatever of the set it uses. */
  readonly successors: readonly Successor[]
  /** Engine id of one that exists and is only to be completed; null to have it made. */
  readonly existing: string | null
  readonly create: (body: CreateBody) => Promise<string>
}

/**
 * A dependant is there once more, of its own image and not started, and refers to those that take the place of what it uses.
 *
 * @returns its engine id
 * @throws TARGET_NOT_FOUND when its image is gone; TARGET_CONFLICT when somebody moved its tag meanwhile
 */
export async function makeMember(
  deps: DockerDeps,
  { plan, old, labels, successors, existing, create }: Making,
  signal: AbortSignal,
): Promise<string> {
  const { engine } = deps
  const oldImage = await engine.inspectImage(plan.image, signal)
  if (oldImage === null) throw new AppError('TARGET_NOT_FOUND', `the image of ${plan.name} is gone from the engine`)
  const { api } = await engine.version(signal)
  const used = new Map<string, string>()
  const successorOf = (on: string): string => {
    const found = successors.find((each) => refersTo(on, each.old))
    if (found !== undefined) used.set(found.id, found.name)
    return found?.id ?? on
  }
  const { body, ...networks } = carryOver({
    old,
    oldImage,
    image: old.Config.Image,
    order: 'stop-first',
    operationLabels: labels,
    apiVersion: api,
    inherited: await inheritedMounts(
      deps,
      old,
      successors.map((each) => each.old),
      signal,
    ),
  })
  const HostConfig = rewired(body.HostConfig, ({ on }) => successorOf(on))
  const wired = { ...body, HostConfig, Labels: { ...body.Labels, ...usesLabels(used) } }
  const from = { reference: old.Config.Image, image: plan.image }
  const id = existing ?? (await withImageUnder(deps, from, () => create(wired), signal))
  const container = await requireInstance(deps, id, signal)
  if (container.Image !== plan.image) {
    await engine.removeContainer(id, false, signal)
    throw new AppError('TARGET_CONFLICT', `the tag ${old.Config.Image} was moved by somebody else meanwhile`)
  }
  await settleNetworks(deps, container, networks, signal)
  return id
}
