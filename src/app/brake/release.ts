import { AppError } from '../../errors.ts'
import type { Approval, WorkloadRow } from '../../store/store.ts'
import type { App } from '../app.ts'
import type { Answer, By } from '../words/control.ts'
import { wordEntry } from '../words/word-entry.ts'
import { checkBy } from '../words/words.ts'
import { brakeOf, failuresOn } from './brake.ts'
import { wantsUnapproved, workloadsOn } from './mass-change.ts'

/** Workloads that an answer names at the most. */
const namedMax = 10

/**
 * Takes the brake off a target, and lets through the changes that are wanted there now, and no others: what is pushed
 * afterwards counts again. Each workload is decided afresh.
 * @param wanted name of the target; null for every one that is held
 * @throws REQUEST_INVALID when there is no such target
 */
export async function release(app: App, wanted: string | null, by: By): Promise<Answer> {
  checkBy(by)
  const names = [...new Set(app.targets.map(({ name }) => name))]
  if (wanted !== null && !names.includes(wanted)) {
    throw new AppError('REQUEST_INVALID', `there is no target called ${wanted}; there are ${names.join(', ')}`)
  }
  const sentences: string[] = []
  for (const name of wanted === null ? names : [wanted]) {
    const told = await releaseOne(app, name, by)
    if (told !== null) sentences.push(told)
  }
  if (sentences.length === 0) return { sentence: `nothing holds ${wanted ?? 'any target'}`, workload: null }
  // What a registry says by now counts, and not what was to be rolled out when it was held.
  app.nudges.send({ kind: 'decide', workload: null, lookedSince: app.clock.elapsed() })
  return { sentence: `${sentences.join('; ')}; each workload is decided anew`, workload: null }
}

async function releaseOne({ store, clock }: App, target: string, by: By): Promise<string | null> {
  const brake = brakeOf(failuresOn(await store.gateFailures(), target))
  const found = (await store.massChanges()).some((each) => each.target === target)
  if (brake === null && !found) return null
  const approved = await store.approvals()
  const rows = workloadsOn(await store.workloads(), target)
  const known = { approvals: approved, underWay: await store.rolloutsUnderWay() }
  const through = rows.filter((row) => wantsUnapproved(row, known))
  const approvals = [...approved.filter((each) => each.target === target), ...through.flatMap(toApproval(target))]
  const what = [
    ...(brake === null ? [] : [`the brake of ${target} is off`]),
    ...(through.length === 0
      ? []
      : [`${through.length} wanted now on ${target} may be rolled out: ${namesOf(through)}`]),
    ...(brake === null && through.length === 0 ? [`nothing is wanted on ${target} any more`] : []),
  ].join('; ')
  const reason = { code: 'RELEASED', sentence: what }
  await store.releaseTarget(target, approvals, { history: wordEntry(clock, by, 'release', null, reason) })
  return what
}

const toApproval =
  (target: string) =>
  ({ id, candidate }: WorkloadRow): readonly Approval[] =>
    candidate === null ? [] : [{ target, workload: id, digest: candidate }]

function namesOf(rows: readonly WorkloadRow[]): string {
  const named = rows.slice(0, namedMax).map(({ id }) => id)
  return rows.length > namedMax ? `${named.join(', ')} and ${rows.length - namedMax} more` : named.join(', ')
}
