import { toAppError } from '../../errors.ts'
import type { Target } from '../../targets/target.ts'
import type { App } from '../app.ts'
import { watchedWorkloads, type WatchedWorkload } from '../workloads/watched-workloads.ts'
import { doubtful, well, wrong, type Finding } from './finding.ts'

/** What was found, and the workloads whose registries are to be looked at next. */
export interface ExaminedTargets {
  readonly findings: readonly Finding[]
  readonly watched: readonly WatchedWorkload[]
}

/** Asks every target for what rollouts will need of it, and for its workloads. Changes nothing. */
export async function examineTargets(app: App, signal: AbortSignal): Promise<ExaminedTargets> {
  const examined = await Promise.all(app.targets.map((target) => examineTarget(app, target, signal)))
  // What runs workloads of several kinds under one name is away for all of them at once.
  const findings = examined.flatMap((each) => each.findings)
  const isFirst = (finding: Finding, at: number): boolean =>
    findings.findIndex((each) => each.name === finding.name && each.sentence === finding.sentence) === at
  return { findings: findings.filter(isFirst), watched: examined.flatMap((each) => each.watched) }
}

async function examineTarget(app: App, target: Target, signal: AbortSignal): Promise<ExaminedTargets> {
  const part = { part: 'target', name: target.name } as const
  const findings: Finding[] = []
  try {
    for (const { isFault, sentence, remedy } of (await target.examine?.(signal)) ?? []) {
      const told = { ...part, sentence }
      findings.push(remedy === null ? well(told) : (isFault ? wrong : doubtful)(told, remedy))
    }
    const watched = await watchedWorkloads(app, target, signal)
    const kind = target.kind === 'container' ? 'container' : `${target.kind} service`
    if (watched.length > 0) {
      const many = `${watched.length} ${kind}${watched.length === 1 ? '' : 's'}`
      findings.push(well({ ...part, sentence: `${many} ${watched.length === 1 ? 'is' : 'are'} watched` }))
    }
    return { findings: [...findings, ...watched.flatMap(unreadable)], watched }
  } catch (thrown) {
    const error = toAppError(thrown)
    return { findings: [...findings, wrong({ ...part, sentence: error.message }, error.hint)], watched: [] }
  }
}

/** Settings that cannot be followed as they are written. */
function unreadable(watched: WatchedWorkload): readonly Finding[] {
  if (watched.kind !== 'unwatchable' || watched.decision.state !== 'held') return []
  const { id, target } = watched.workload
  const sentence = `${id}: ${watched.decision.reason.sentence}`
  return [doubtful({ part: 'target', name: target, sentence }, `\`longshore why ${id}\` tells more.`)]
}
