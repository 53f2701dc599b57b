import type { App } from '../app.ts'
import { doubtful, well, wrong, type Finding } from './finding.ts'

/** Two processes on one machine write at almost the same time. */
const aheadMaxMs = 5_000

/** Long before we were written: a machine without a battery begins there. */
const earliest = Date.parse('2025-01-01')

/** What to do about a clock that is wrong. */
export const clockRemedy = 'Let the machine set its clock by the network (`timedatectl set-ntp true`).'

/** Whether our clock can be believed: ages, pauses and windows are counted by it. */
export async function examineClock({ store, clock }: Pick<App, 'store' | 'clock'>): Promise<Finding> {
  const now = clock.now()
  const told = { part: 'clock', name: null } as const
  const remedy = clockRemedy
  const words = new Date(now).toISOString().slice(0, 16).replace('T', ' ')
  if (now < earliest) return wrong({ ...told, sentence: `it says ${words}Z, which was long ago` }, remedy)
  const [latest] = await store.history({ limit: 1 })
  const ahead = latest === undefined ? 0 : Date.parse(latest.at) - now
  if (ahead > aheadMaxMs) {
    return doubtful(
      { ...told, sentence: `it was set back: the last thing in the state is of ${latest?.at ?? ''}` },
      remedy,
    )
  }
  return well({ ...told, sentence: `it says ${words}Z, and nothing in the state is newer` })
}
