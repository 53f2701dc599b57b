import type { JournalObserver } from '../../src/app/rollouts/record-step.ts'
import { runProcess } from '../../src/cli/run-process.ts'
import { configJsonSchema } from '../../src/config/json-schema.ts'
import { loadConfig } from '../../src/config/load.ts'
import { queues } from '../../src/jobs/index.ts'
import { loadPolicy } from '../../src/wire-policies.ts'
import { cancelMoveFrom, moveBetween, openState } from '../../src/wire-state.ts'
import { openApp } from '../../src/wiring.ts'
import { createSlots } from './slots.ts'

/** Where a rollout stands still: at the so manieth moment of its journal, or of its way back, or else at its end. */
export interface Halt {
  readonly part: 'any' | 'way back'
  /** From 1. */
  readonly at: number
}

/** What the process is told by its parent. Workloads by their names. */
export interface Orders {
  readonly halts: Readonly<Record<string, Halt>>
  /** Said by a person before the pass. */
  readonly words: readonly { readonly word: 'rollBack' | 'unpin'; readonly workload: string }[]
}

/** What it tells its parent: a rollout stands still. */
export interface Halted {
  readonly workload: string
  /** As in `J4 stop-old after`; `change` stands for no effect. */
  readonly moment: string
  /** How many moments of its part it has had. */
  readonly count: number
  readonly isEnd: boolean
}

/** Effects at a time: the engine answers late when all its containers start at once. */
const effectsMax = 8

// The real command line, but that its rollouts stand still where the first argument says.
const orders = JSON.parse(process.argv.splice(2, 1)[0] ?? '') as Orders // written by our parent
const counts = new Map<string, number>()
const slots = createSlots(effectsMax)
const by = { actor: 'endurance', reason: null }

await runProcess({
  openApp: async (options) => {
    const opened = await openApp({ ...options, onJournal: (moment) => tell(opened.app.store, moment) })
    for (const { word, workload } of orders.words) {
      if (word === 'unpin') await opened.control.unpin(workload, by)
      else await opened.control.rollBack(workload, null, by)
    }
    // Rollouts that stand still must not keep the others from starting.
    return { ...opened, queue: queues.local({ scan: 64, rollout: 1000 }) }
  },
  openState,
  moveState: moveBetween,
  cancelMove: cancelMoveFrom,
  loadConfig,
  configSchema: async () => configJsonSchema(),
  loadPolicy,
})

async function tell(
  store: { rollout(id: string): Promise<{ readonly name: string; readonly endedAt: string | null } | null> },
  { rollout, step, effect, phase }: Parameters<JournalObserver>[0],
): Promise<void> {
  slots.release(rollout)
  const { name = '', endedAt = null } = (await store.rollout(rollout)) ?? {}
  const halt = orders.halts[name]
  const isPart = halt?.part === 'any' || step === 'R'
  const count = (counts.get(rollout) ?? 0) + (isPart ? 1 : 0)
  counts.set(rollout, count)
  const isEnd = endedAt !== null
  if (halt !== undefined && (isEnd || (isPart && count >= halt.at))) {
    const moment = `${step} ${effect ?? 'change'} ${phase}`
    process.send?.({ workload: name, moment, count, isEnd } satisfies Halted)
    // Nothing else may be left that keeps the process from ending.
    process.channel?.ref()
    await new Promise<never>(() => {})
  }
  if (phase === 'before' && effect !== null) await slots.take(rollout)
}
