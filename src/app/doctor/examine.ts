import type { App } from '../app.ts'
import { examineClock } from './examine-clock.ts'
import { examineGuesses } from './examine-guesses.ts'
import { examineQueues } from './examine-queues.ts'
import { examineRegistries, type ConfiguredSignIn } from './examine-registries.ts'
import { examineSenders } from './examine-senders.ts'
import { examineTargets } from './examine-targets.ts'
import type { Finding } from './finding.ts'

/** What stands behind every rollout, tried now: clock, targets with their workloads, and the registries of those. */
export async function examine(
  app: App,
  signIns: readonly ConfiguredSignIn[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const queues = examineQueues(app, signal)
  const [clock, targets] = await Promise.all([examineClock(app), examineTargets(app, signal)])
  const registries = await examineRegistries(app, targets.watched, signIns, signal)
  return [
    clock,
    ...targets.findings,
    ...registries,
    ...examineGuesses(app),
    ...(await queues),
    ...(await examineSenders(app)),
  ]
}
