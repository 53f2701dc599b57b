import type { LongshoreResult, OnMoment } from './longshore.ts'
import type { Scene } from './scene.ts'

/** What tests read of `longshore run --once --output json`. */
export interface PassAnswer {
  readonly workloads: readonly {
    readonly id: string
    readonly state: string
    readonly code: string
    readonly reason: string
    readonly candidate: string | null
  }[]
  readonly rollouts: readonly {
    readonly id: string
    readonly workload: string
    readonly outcome: string | null
    readonly stage: string
    readonly code: string | null
    readonly reason: string | null
    readonly order: string
    readonly fromDigest: string | null
    readonly toDigest: string
    readonly gapMs: number | null
    readonly logTail: string | null
  }[]
  readonly failures: readonly { readonly subject: string; readonly code: string; readonly message: string }[]
}

/** What tests read of `longshore plan --output json`. */
export interface PlanAnswer {
  readonly workloads: readonly (PassAnswer['workloads'][number] & {
    readonly rollout: {
      readonly order: string
      readonly why: string
      readonly sharesTagWith: readonly string[]
      readonly followers: readonly string[]
      readonly changes: readonly unknown[] | null
    } | null
  })[]
  readonly failures: PassAnswer['failures']
}

/** What tests read of `longshore status --output json`. */
export interface StatusAnswer {
  readonly hold: { readonly code: string; readonly reason: string } | null
  readonly engines: readonly { readonly target: string; readonly engine: string; readonly limits: readonly string[] }[]
  readonly workloads: readonly (PassAnswer['workloads'][number] & {
    readonly digest: string | null
    readonly mode: string
  })[]
  readonly rollouts: readonly { readonly workload: string; readonly stage: string; readonly step: string }[]
}

/** What tests read of `longshore history --output json`, newest first. */
export type HistoryAnswer = readonly {
  readonly workload: string | null
  readonly actor: string | null
  readonly kind: string
  readonly code: string
  readonly reason: string
  readonly fromDigest: string | null
  readonly toDigest: string | null
  readonly outcome?: string
  readonly gapMs?: number | null
  readonly logTail?: string | null
  /** Of a hook. */
  readonly output?: string
  readonly journal?: readonly { readonly step: string; readonly effect: string; readonly at: string }[]
}[]

/** One full pass. @throws Error when it printed no report */
export async function pass(scene: Scene, onMoment?: OnMoment): Promise<PassAnswer & { readonly code: number | null }> {
  const args = ['run', '--once', '--output', 'json']
  const ended = await (onMoment === undefined ? scene.start(...args) : scene.observe(args, onMoment)).ended
  return { ...read<PassAnswer>(ended), code: ended.code }
}

export const plan = async (scene: Scene): Promise<PlanAnswer> => read(await scene.run('plan', '--output', 'json'))

export const status = async (scene: Scene): Promise<StatusAnswer> => read(await scene.run('status', '--output', 'json'))

export const history = async (scene: Scene): Promise<HistoryAnswer> =>
  read(await scene.run('history', '--journal', '--output', 'json'))

/** What the command says of one workload. @throws Error when it says nothing */
export function about<Answer extends { readonly id: string }>(
  { workloads }: { readonly workloads: readonly Answer[] },
  { id }: { readonly id: string },
): Answer {
  const found = workloads.find((each) => each.id === id)
  if (found === undefined) throw new Error(`${id} is not among ${workloads.map((each) => each.id).join(', ')}`)
  return found
}

function read<Answer>({ stdout, stderr }: LongshoreResult): Answer {
  if (stdout === '') throw new Error(`it printed nothing but:\n${stderr}`)
  return JSON.parse(stdout) as Answer // our own output
}
