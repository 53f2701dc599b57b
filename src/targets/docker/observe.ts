import type { ContainerSummary } from '../../clients/docker/containers.ts'
import type { ContainerInspect, NetworkEndpoint } from '../../clients/docker/shapes.ts'
import type { InstanceFacts, Rollout, ReplaceFacts } from '../../rollout/rollout.ts'
import { formerSettings } from '../../rollout/replace/changed-meanwhile.ts'
import type { DockerDeps } from './docker-deps.ts'
import { answeringTo, isConnectedTo, requestedEndpoints, tellsNames } from './endpoints.ts'
import { readInstance } from '../engine/instance-facts.ts'
import { networkNames } from '../engine/carry-over-networks.ts'
import { keepReference } from '../engine/keep-tag.ts'
import { copyAmong } from './copies.ts'
import { candidateOf, newAmong } from './instance.ts'
import { readNetworks } from './labels.ts'
import { settingsSince } from './lost-network.ts'
import { withProbe } from '../engine/probe.ts'
import { livesInPast } from './sets/members.ts'
import { observeComposed } from './sets/observe-composed.ts'
import { observeSet } from './sets/observe-set.ts'
import { wasStoppedByHand } from '../engine/stopped-by-hand.ts'
import { keepLastWords } from './last-words.ts'
import { findVanished } from './vanished.ts'

/** Everything that a rollout's next step depends on, read from the engine now. */
export async function observe(deps: DockerDeps, rollout: Rollout, signal: AbortSignal): Promise<ReplaceFacts> {
  const { engine } = deps
  const [summaries, old, candidate, tagged, kept] = await Promise.all([
    engine.listContainers(signal),
    // Nothing is replaced by what is made from nothing.
    rollout.oldInstance === '' ? null : engine.inspectContainer(rollout.oldInstance, signal),
    engine.inspectImage(candidateOf(rollout), signal),
    engine.inspectImage(`${rollout.repository}:${rollout.tag}`, signal),
    engine.inspectImage(keepReference(rollout.workload, rollout.fromImage), signal),
  ])
  const newId = newAmong(summaries, rollout)?.id
  const fresh = newId === undefined ? null : await engine.inspectContainer(newId, signal)
  if (newId === undefined) deps.newInstances.delete(rollout.id)
  else deps.newInstances.set(rollout.id, newId)

  const copyId = copyAmong(summaries, rollout)?.id
  const copy = copyId === undefined ? null : await engine.inspectContainer(copyId, signal)
  // With neither version left, the copy alone tells what it has to be on.
  const plan = labelled(fresh) ?? (old && requestedEndpoints(old)) ?? labelled(copy) ?? []
  const facts = (container: ContainerInspect | null, role: 'old' | 'new') =>
    container && instanceFacts(deps, rollout, container, role, plan, signal)
  if (rollout.removesItself && fresh !== null) await keepLastWords(deps, fresh, signal)
  const mayHaveVanished = rollout.removesItself && fresh === null && rollout.attempted.includes('start-new')
  return {
    old: await facts(old, 'old'),
    new: await facts(fresh, 'new'),
    candidateImage: candidate?.Id ?? null,
    tagImage: tagged?.Id ?? null,
    isTagShared: summaries.some((each) => each.id !== newId && runsUnder(each, rollout.image, candidate?.Id)),
    isProtected: kept?.Id === rollout.fromImage,
    nameHolder: summaries.find(({ name }) => name === rollout.name)?.id ?? null,
    ...(rollout.dependants.length > 0 && { dependants: await observeSet(deps, rollout, summaries, signal) }),
    ...((rollout.composed ?? []).length > 0 && { composed: await observeComposed(deps, rollout, summaries, signal) }),
    ...(rollout.follows !== null && { isBehind: old !== null && (await livesInPast(deps, old, signal)) }),
    copy: await facts(copy, 'old'),
    ...(rollout.removesItself && {
      vanished: mayHaveVanished ? await findVanished(deps, rollout, signal) : null,
    }),
  }
}

/** The networks that we wrote on what we made. */
const labelled = (made: ContainerInspect | null) => made && readNetworks(made.Config.Labels ?? {})

function runsUnder({ image, imageId, state }: ContainerSummary, tag: string, id: string | undefined): boolean {
  return state === 'running' && image === tag && imageId === id
}

async function instanceFacts(
  deps: DockerDeps,
  rollout: Rollout,
  container: ContainerInspect,
  role: 'old' | 'new',
  plan: readonly NetworkEndpoint[],
  signal: AbortSignal,
): Promise<InstanceFacts> {
  const isSwitched = role === 'new' && rollout.order === 'start-first'
  const wanted = isSwitched ? answeringTo(rollout.name, plan) : plan
  const isOffOthers = wanted.length > 0 || container.State.Status !== 'created' || networkNames(container).length === 0
  const connected =
    isOffOthers && wanted.every((each) => isConnectedTo(container, each)) && hasName(rollout, container, role)
  const stoppedByHand = await wasStoppedByHand(deps.engine, container, rollout, role, signal)
  const instance = readInstance(container, { connected, stoppedByHand })
  if (role === 'old')
    return { ...instance, ...(await settingsSince(deps, container, formerSettings(rollout, 0), signal)) }
  return withProbe(deps, rollout, container, instance, signal)
}

/**
 * Engines below API 1.45 do not tell whether a container that was renamed while it ran resolves by its new name:
 * there only having connected it again does.
 */
function hasName(rollout: Rollout, container: ContainerInspect, role: 'old' | 'new'): boolean {
  const wasRenamedRunning = rollout.order === 'start-first' && rollout.attempted.includes('rename-old')
  const hasNamedNetwork = Object.keys(container.NetworkSettings.Networks ?? {}).some((network) => network !== 'bridge')
  if (!wasRenamedRunning || !hasNamedNetwork || !container.State.Running || tellsNames(container)) return true
  return rollout.attempted.includes(role === 'new' ? 'connect-new' : 'connect-old')
}
