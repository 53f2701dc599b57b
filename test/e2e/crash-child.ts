import type { JournalObserver } from '../../src/app/rollouts/record-step.ts'
import { runProcess } from '../../src/cli/run-process.ts'
import { configJsonSchema } from '../../src/config/json-schema.ts'
import { loadConfig } from '../../src/config/load.ts'
import { queues } from '../../src/jobs/index.ts'
import { loadPolicy } from '../../src/wire-policies.ts'
import { cancelMoveFrom, moveBetween, openState } from '../../src/wire-state.ts'
import { openApp } from '../../src/wiring.ts'

/** What this process tells its parent: a rollout has reached a moment of its journal. */
export interface ReachedMoment {
  readonly workload: string
  /**
   * As in `J4 stop-old after`; `change` stands for no effect, and a moment that comes again has `#2` behind it. That its
   * end is durable is `R end` where somebody halts there, since how often it changed before that is chance.
   */
  readonly moment: string
}

/** By the name of a workload, the moments at which its rollout stands still until its name is sent. */
export type Halts = Readonly<Record<string, readonly string[]>>

// Each rollout that stands still listens for its name.
process.setMaxListeners(0)

// The real command line, but that its rollouts stand still where the first argument says.
const halts = JSON.parse(process.argv.splice(2, 1)[0] ?? '{}') as Halts // written by our parent
const workloads = new Map<string, string>()
const counts = new Map<string, number>()

await runProcess({
  openApp: async (options) => {
    const opened = await openApp({ ...options, onJournal: (moment) => tell(opened.app.store, moment) })
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
  store: { rollout(id: string): Promise<{ readonly name: string; readonly stage: string } | null> },
  { rollout, step, effect, phase }: Parameters<JournalObserver>[0],
): Promise<void> {
  const workload = workloads.get(rollout) ?? (await store.rollout(rollout))?.name ?? ''
  workloads.set(rollout, workload)
  const name = `${step} ${effect ?? 'change'} ${phase}`
  const count = (counts.get(`${rollout} ${name}`) ?? 0) + 1
  counts.set(`${rollout} ${name}`, count)
  const end = `${step} end`
  const isEnd = halts[workload]?.includes(end) === true && (await store.rollout(rollout))?.stage === 'ended'
  const moment = isEnd ? end : count === 1 ? name : `${name} #${count}`
  const isHalt = halts[workload]?.includes(moment) === true
  const isSent = isHalt ? untilSent(workload) : Promise.resolve()
  process.send?.({ workload, moment } satisfies ReachedMoment)
  await isSent
}

/** Several names may come at once: whoever listened for one at a time would miss the second. */
function untilSent(workload: string): Promise<void> {
  return new Promise((resolve) => {
    const listen = (message: unknown) => {
      if (message !== workload) return
      process.off('message', listen)
      resolve()
    }
    process.on('message', listen)
  })
}
