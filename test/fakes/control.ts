import type { Answer } from '../../src/app/words/control.ts'
import type { FollowedControl, Progress } from '../../src/app/answers/read-progress.ts'
import type { EventReport } from '../../src/app/answers/read-events.ts'
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

/** An event that changed something, as a control tells of it. */
export const heardOf = (given: Partial<EventReport> = {}): EventReport => ({
  id: 1,
  receivedAt: at,
  occurredAt: null,
  source: 'harbor',
  kind: 'pushed',
  registry: 'registry.example.com',
  repository: 'shop/web',
  tag: '1.4',
  digest: digest('2'),
  fate: 'changed',
  lookedAt: at,
  looks: 1,
  endedAt: '2026-11-20T12:00:02.000Z',
  found: digest('2'),
  reason: null,
  outcomes: [
    {
      kind: 'rollout',
      workload: 'local/container/web',
      rollout: 'rollout-1',
      outcome: 'succeeded',
      at: '2026-11-20T12:00:01.000Z',
      endedAt: '2026-11-20T12:00:14.000Z',
      reason: { code: 'GATE_PASSED', sentence: 'healthy for 10 s' },
    },
  ],
  isOver: true,
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
    explain: async (workload) => ({
      workload,
      current: '1.4.1',
      decision: {
        state: 'outdated',
        reason: { code: 'BETTER_TAG', sentence: '1.4.2 is the only one that may be chosen' },
        tag: '1.4.2',
        digest: digest('2'),
      },
      choice: {
        policy: 'semver',
        selected: { tag: '1.4.2', digest: digest('2') },
        code: 'BETTER_TAG',
        reason: '1.4.2 is the only one that may be chosen',
        candidates: [
          { tag: '1.4.2', verdict: 'selected', reason: '1.4.2 is the only one that may be chosen' },
          { tag: '1.4.1', verdict: 'not-newer', reason: 'it is the current tag' },
        ],
        dropped: [{ stage: 'guards', count: 1 }],
      },
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
    events: async () => ({ events: [heardOf()], heard: null }),
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
  { method: 'explain', args: ['a/b/with blank?&#%2F/..'] },
  { method: 'quarantines', args: [] },
  { method: 'releaseQuarantine', args: ['web', null, { actor: 'ada', reason: null }] },
  { method: 'releaseQuarantine', args: ['web', 'abc', { actor: 'ada', reason: null }] },
  { method: 'pauses', args: [] },
  { method: 'progress', args: ['local/container/web'] },
  { method: 'events', args: [{ source: 'harbor', since: at, after: 3, also: [1, 2], limit: 7 }] },
]
