import { readFileSync } from 'node:fs'
import { runPass } from '../../src/app/passes/run-pass.ts'
import type { OpenApp } from '../../src/cli/doors.ts'
import { keepHeapSmall } from '../../src/lib/small-heap.ts'
import type { Rollout } from '../../src/rollout/rollout.ts'
import { openApp } from '../../src/wiring.ts'
import { answerQuestions } from './child.ts'

export type Question =
  | { readonly kind: 'open'; readonly configFile: string; readonly stateFolder: string }
  /** One full pass. */
  | { readonly kind: 'pass' }

export interface Answer {
  /** When the pass began, in milliseconds since the epoch. */
  readonly beganAt: number
  readonly wallMs: number
  readonly cpuMs: number
  readonly peakMiB: number
  readonly decisions: Readonly<Record<string, number>>
  readonly rollouts: readonly Pick<Rollout, 'outcome' | 'gapMs'>[]
}

const never = new AbortController().signal
let opened: OpenApp | undefined

async function open(configFile: string, stateFolder: string): Promise<OpenApp> {
  keepHeapSmall()
  const app = await openApp({ configFile, stateFolder, env: {}, access: 'owner', writeLog: () => {} })
  // As the service does: with the engine's events, what did not change is not asked for again.
  for (const target of app.app.targets) void target.watch?.(() => {}, never)
  return app
}

/** The product as the command line builds it, in a process of its own. */
answerQuestions<Question, Answer>(async (question) => {
  if (question.kind === 'open') {
    opened = await open(question.configFile, question.stateFolder)
    return { beganAt: 0, wallMs: 0, cpuMs: 0, peakMiB: 0, decisions: {}, rollouts: [] }
  }
  if (opened === undefined) throw new Error('open comes first')
  const cpu = process.cpuUsage()
  const beganAt = Date.now()
  const began = performance.now()
  const { workloads, rollouts, failures } = await runPass(opened.app, opened.queue, never)
  const wallMs = performance.now() - began
  const { user, system } = process.cpuUsage(cpu)
  if (failures[0] !== undefined) throw failures[0].error
  return {
    beganAt,
    wallMs,
    cpuMs: (user + system) / 1000,
    peakMiB: peakKiB() / 1024,
    decisions: Object.fromEntries(
      [...Map.groupBy(workloads, ({ decision }) => decision.reason.code)].map(([code, same]) => [code, same.length]),
    ),
    rollouts: rollouts.map(({ outcome, gapMs }) => ({ outcome, gapMs })),
  }
})

/** The kernel's own count of this program; `resourceUsage` would include the process that started it. */
const peakKiB = (): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0)
