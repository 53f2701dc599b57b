import type { ComposeDeps } from './compose-deps.ts'
import { fingerprint } from './definition/fingerprint.ts'
import { hashOf } from './definition/hash.ts'
import { drift } from './drift.ts'
import { filesOf, hashIfThere } from './files.ts'
import type { Input, InputsOf } from './inputs.ts'
import type { LeftAlone } from '../target.ts'
import type { Service } from './services.ts'

/**
 * Why files and environment say something else than what runs; null when they agree, which is remembered: a rollout is
 * decided twice, and a run of Compose costs more than all else that is looked at. What is remembered counts as long as
 * everything is the same that Compose has its answer from: the bytes of every file that it reads, its environment, the
 * containers of the project, and the image that the tag names. A difference is never remembered.
 */
export async function agreement(
  deps: ComposeDeps,
  asked: InputsOf,
  inputs: readonly Input[],
  { service, all }: { readonly service: Service; readonly all: readonly Service[] },
  signal: AbortSignal,
): Promise<LeftAlone | null> {
  const workload = `${service.project}/${service.service}`
  const key = await keyOf(deps, asked, inputs, { service, all }, signal)
  if (key !== null && deps.agreed.get(workload) === key) return null
  deps.agreed.delete(workload)
  const drifted = await drift(deps, asked.project, service, signal)
  if (drifted === null && key !== null) deps.agreed.set(workload, key)
  return drifted
}

/** Null where that cannot be told: what other machines define changes without a trace here. */
async function keyOf(
  { compose, engine }: ComposeDeps,
  { project, definition }: InputsOf,
  inputs: readonly Input[],
  { service, all }: { readonly service: Service; readonly all: readonly Service[] },
  signal: AbortSignal,
): Promise<string | null> {
  if (definition.project.remotes.length > 0) return null
  const paths = [...new Set([...filesOf(project), ...definition.source.contents.keys()])].toSorted()
  const files = paths.filter((path) => path !== '/dev/null')
  const { container } = service.members[0]
  const seen = [
    project,
    compose.environment,
    await Promise.all(files.map(async (path) => [path, await hashIfThere(path)])),
    await Promise.all(inputs.map(async ({ path, real }) => [path, real, await fingerprint(real)])),
    all.flatMap(({ members }) => members.map((each) => [each.container.Id, each.container.State.Status])),
    (await engine.inspectImage(container.Config.Image, signal))?.Id ?? null,
  ]
  return hashOf(Buffer.from(JSON.stringify(seen)))
}
