import type { ContainerInspect, CreateBody } from '../../../clients/docker/shapes.ts'
import { AppError } from '../../../errors.ts'
import { isFormerName, withoutSuffix } from '../../../rollout/names.ts'
import type { Rollout } from '../../../rollout/rollout.ts'
import { dependencies, nameOf, rewired } from '../../engine/dependants.ts'
import { ownLabels } from '../../engine/own-labels.ts'
import type { DockerDeps } from '../docker-deps.ts'
import { readUses, usesLabels } from './uses.ts'

/**
 * What to create in place of a container that uses others, with these as they are now: its owner meant them by their
 * names, of which the engine keeps ids alone.
 *
 * @throws TARGET_CONFLICT when one of them is gone
 */
export async function wire(
  deps: DockerDeps,
  rollout: Pick<Rollout, 'follows'>,
  old: ContainerInspect,
  body: CreateBody,
  signal: AbortSignal,
): Promise<CreateBody> {
  const present = new Map<string, ContainerInspect>()
  for (const { on, by } of dependencies(old)) present.set(on, await presentOf(deps, rollout, old, { on, by }, signal))
  if (present.size === 0) return body
  const used = new Map<string, string>()
  const HostConfig = rewired(body.HostConfig, ({ on, by }) => {
    const found = present.get(on)
    if (found === undefined) return on
    // Volumes are taken once, when it is created, so there the name can stand as its owner wrote it.
    if (by === 'volumes') return nameOf(found)
    used.set(found.Id, nameOf(found))
    return found.Id
  })
  return { ...body, HostConfig, Labels: { ...body.Labels, ...usesLabels(used) } }
}

async function presentOf(
  { engine, inspections, providerNames }: DockerDeps,
  { follows }: Pick<Rollout, 'follows'>,
  old: ContainerInspect,
  { on, by }: { readonly on: string; readonly by: string },
  signal: AbortSignal,
): Promise<ContainerInspect> {
  const found = await engine.inspectContainer(on, signal)
  if (found !== null && !isFormerName(nameOf(found))) return found
  const image = await inspections.image(old.Image, signal)
  const uses = readUses(ownLabels(old.Config.Labels ?? {}, image && (image.Config?.Labels ?? {})))
  const name =
    found === null ? (providerNames.get(on) ?? uses.get(on) ?? follows?.provider) : withoutSuffix(nameOf(found))
  const successor = name === undefined ? null : await engine.inspectContainer(name, signal)
  if (successor !== null) return successor
  throw new AppError('TARGET_CONFLICT', `the container ${name ?? on.slice(0, 12)}, whose ${by} it uses, is gone`)
}

/** Everything that was to use a container when its rollout was planned. */
export const plannedInstances = ({ dependants, composed = [] }: Rollout): ReadonlySet<string> =>
  new Set([...dependants.map(({ instance }) => instance), ...composed.flatMap(({ instances }) => instances)])

/**
 * Others may have come to use a container since its rollout was planned; replaced without them, they would break.
 * @throws TARGET_CONFLICT
 */
export async function refuseNewcomers(
  { engine, inspections }: Pick<DockerDeps, 'engine' | 'inspections'>,
  old: ContainerInspect,
  planned: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  for (const summary of await engine.listContainers(signal)) {
    if (planned.has(summary.id) || summary.id === old.Id || isFormerName(summary.name)) continue
    const container = await inspections.container(summary, signal)
    const uses = container !== null && dependencies(container).some(({ on }) => on === old.Id || on === nameOf(old))
    if (!uses) continue
    const sentence = `${summary.name} has come to use ${nameOf(old)} since the rollout was planned`
    throw new AppError('TARGET_CONFLICT', sentence)
  }
}
