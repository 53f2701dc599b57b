import { formatAge } from '../../lib/age.ts'
import { backWaitInWords, backWaitLeftMs, isLasting } from '../../rollout/back-wait.ts'
import { commandMeanwhile } from '../../rollout/command-back.ts'
import { waitLeftMs } from '../../rollout/registry-wait.ts'
import type { Rollout } from '../../rollout/rollout.ts'

type Open = Pick<Rollout, 'step' | 'stage' | 'registryWait' | 'backWait' | 'service'> &
  Parameters<typeof commandMeanwhile>[0]

/** Where an open rollout stands, as part of a sentence. */
export function openInWords(rollout: Open, now: number): string {
  const waits = waitInWords(rollout, now)
  return `a rollout is at ${rollout.step}${runInWords(rollout)}${waits === null ? '' : `, and waits: ${waits}`}`
}

/** How many instances of a service run the candidate by now, as the end of a sentence; empty where nobody counts. */
export function runInWords({ stage, service }: Open): string {
  if (stage !== 'forward' || service === undefined || service.toldAt === null || service.isJob) return ''
  return `; ${service.running} of ${service.wanted} run it`
}

/** What an open rollout waits for, and how long still; null for one that does not wait. */
export function waitInWords(rollout: Open, now: number): string | null {
  const { backWait } = rollout
  if (backWait !== undefined && isLasting(rollout)) {
    const next = `it is tried again in ${formatAge(backWaitLeftMs(rollout, now))}`
    const command = commandMeanwhile(rollout)
    const byHand = command === null ? '' : `; by hand: ${command}`
    return `${backWaitInWords(backWait)}; ${next}, or at once by longshore resume${byHand}`
  }
  const leftMs = waitLeftMs(rollout, now)
  if (leftMs === 0 || rollout.registryWait === undefined) return null
  return `${rollout.registryWait.sentence}; it goes on in ${formatAge(leftMs)}`
}

/** What a pass leaves to later of a way back that fails for now; null for any other rollout. */
export function leftInWords(rollout: Pick<Rollout, 'stage' | 'backWait'>): string | null {
  const { backWait } = rollout
  if (backWait === undefined || !isLasting(rollout)) return null
  return `${backWaitInWords(backWait)}; the service or the next run tries it on`
}
