import type { Answer } from '../../src/app/control.ts'
import type { FollowedControl, Progress } from '../../src/app/read-progress.ts'
import { digest } from './decide-input.ts'

export const at = '2026-11-20T12:00:00.000Z'

/** A decision that nothing follows on. */
export const decided = (
  state: 'current' | 'outdated' | 'held' | 'unknown' | 'rolling-out' | 'ignored',
  code: string,
  when = at,
): NonNullable<Progress['decision']> => ({
  state,
  reason: { code, sentence: `so says ${code}` },
  candidate: digest('2'),
  at: when,
})

/** A rollout as a control tells of it. */
export const rolled = (given: Partial<NonNullable<Progress['rollout']>> = {}): NonNullable<Progress['rollout']> => ({
  id: 'rollout-1',
  stage: 'ended',
  step: 'J8',
  order: 'stop-first',
  outcome: 'succeeded',
  reason: { code: 'GATE_PASSED', sentence: 'healthy for 10 s' },
  fromDigest: digest('1'),
  digest: digest('2'),
  gapMs: 142,
  logTail: null,
  ...given,
})

/**
 * A control that only notes what it was told, and answers each method as a test scripts it.
 * `called` has the arguments of every call, after the name of the method.
 */
export function createFakeControl(scripted: Partial<FollowedControl> = {}) {
  const called: (readonly unknown[])[] = []
  const answer: Answer = { sentence: 'so it is', workload: 'local/container/web' }
  const answers: FollowedControl = {
    pin: async () => answer,
    unpin: async () => answer,
    pause: async (workload) => ({ sentence: 'it is paused', workload }),
    resume: async (workload) => ({ sentence: 'it goes on', workload }),
    release: async () => ({ sentence: 'the brake is off', workload: null }),
    rollBack: async () => answer,
    deploy: async () => answer,
    why: async (workload) => ({
      workload,
      sentences: ['It runs web:1.', 'Nothing holds it.'],
      state: 'current',
      reason: { code: 'CURRENT', sentence: 'it runs what the tag 1 names' },
      runs: { image: 'web:1', digest: digest('1') },
      wants: digest('1'),
      since: at,
    }),
    quarantines: async () => [
      {
        workload: 'local/container/web',
        digest: digest('3'),
        policy: 'digest',
        reason: { code: 'EXITED', sentence: 'it exited with 1' },
        since: at,
      },
    ],
    releaseQuarantine: async () => answer,
    pauses: async () => [{ workload: null, until: null, actor: 'ada', reason: 'sale', since: at }],
    progress: async (workload) => ({
      workload,
      saidAt: null,
      decision: decided('current', 'CURRENT'),
      rollout: rolled(),
    }),
    ...scripted,
  }
  const noted = Object.entries(answers).map(([name, method]) => [
    name,
    (...args: unknown[]) => {
      called.push([name, ...args])
      return Reflect.apply(method, answers, args)
    },
  ])
  // The same methods, each with a note before it.
  return { called, control: Object.fromEntries(noted) as FollowedControl }
}

/** Every method of a control, with arguments that each must be told unchanged. */
export const everyCall: readonly { readonly method: keyof FollowedControl; readonly args: readonly unknown[] }[] = [
  { method: 'pin', args: ['local/container/web', '1.4', { actor: 'ada', reason: 'the sale is on' }] },
  { method: 'unpin', args: ['web', { actor: 'ada', reason: null }] },
  { method: 'pause', args: ['local/compose/shop/web', 7_200_000, { actor: 'ada', reason: null }] },
  { method: 'pause', args: [null, null, { actor: 'ada', reason: 'Größe "5" \\ 100 %' }] },
  { method: 'resume', args: [null, { actor: 'ada', reason: null }] },
  { method: 'resume', args: ['web', { actor: 'ada', reason: null }] },
  { method: 'release', args: ['local', { actor: 'ada', reason: null }] },
  { method: 'release', args: [null, { actor: 'ada', reason: 'I looked' }] },
  { method: 'rollBack', args: ['web', null, { actor: 'ada', reason: null }] },
  { method: 'rollBack', args: ['web', 'abc123', { actor: 'ada', reason: null }] },
  { method: 'deploy', args: ['web', digest('4'), { actor: 'ada', reason: null }] },
  { method: 'deploy', args: ['web', null, { actor: 'ada', reason: null }] },
  { method: 'why', args: ['a/b/with blank?&#%2F/..'] },
  { method: 'why', args: ['x'.repeat(300)] },
  { method: 'quarantines', args: [] },
  { method: 'releaseQuarantine', args: ['web', null, { actor: 'ada', reason: null }] },
  { method: 'releaseQuarantine', args: ['web', 'abc', { actor: 'ada', reason: null }] },
  { method: 'pauses', args: [] },
  { method: 'progress', args: ['local/container/web'] },
]
