import { expect, test } from 'vitest'
import { ended, now, running } from '../../../test/fakes/decide-input.ts'
import { blankInstance } from '../../../test/fakes/instance-facts.ts'
import type { InstanceFacts, ReplaceFacts } from '../facts.ts'
import { fail, nextStep, takeUp } from '../machine.ts'
import type { Rollout } from '../rollout.ts'

const follows = { how: 'restart', provider: 'vpn', sentence: 'vpn was started again', isLeftStopped: false } as const
const rollout: Rollout = { ...ended(null, running, 10), reason: null, stage: 'forward', endedAt: null, follows }

const app: InstanceFacts = {
  ...blankInstance,
  id: 'app',
  name: 'app',
  status: 'running',
  restart: 'always',
  image: 'sha256:app',
  health: 'healthy',
  startedAt: '2026-11-20T11:00:00Z',
}
const facts = (change: Partial<InstanceFacts> = {}, isBehind = true): ReplaceFacts => ({
  old: { ...app, ...change },
  new: null,
  candidateImage: 'sha256:app',
  tagImage: null,
  isTagShared: false,
  isProtected: false,
  nameHolder: 'app',
  isBehind,
})
const stopped = { status: 'exited', exitCode: 137 } as const
const endedRun = '2026-11-20T11:00:00Z'
const tried = (times: number): Rollout => ({
  ...rollout,
  attempted: Array<'restart-old'>(times).fill('restart-old'),
  ...(times > 0 && { endedRun }),
})
const isDownByUs = { ...rollout, follows: { ...follows, isDownByUs: true } }
const refused = { ...stopped, error: 'cannot join network of a non running container: vpn' }
const laterRun = '2026-11-20T11:30:00Z'

test.each([
  ['restarts what is behind', rollout, facts(), { kind: 'effect', effect: 'restart-old' }],
  ['goes on where it was killed between stop and start', tried(1), facts(stopped), { effect: 'restart-old' }],
  [
    'starts what the engine could not start without the other',
    rollout,
    facts({ ...stopped, error: 'cannot join network' }),
    { effect: 'restart-old' },
  ],
  ['starts what an earlier restart of ours left down', isDownByUs, facts(stopped), { effect: 'restart-old' }],
  [
    'remembers which run it ends',
    rollout,
    facts({ startedAt: laterRun }),
    { effect: 'restart-old', rollout: { endedRun: laterRun } },
  ],
  [
    'that found the other down again leaves the start to when that runs',
    tried(1),
    facts(refused, false),
    { rollout: { stage: 'ended', outcome: 'failed', reason: { code: 'PROVIDER_STOPPED' } } },
  ],
  [
    'that was not begun yet does so too',
    isDownByUs,
    facts(stopped, false),
    { rollout: { outcome: 'failed', reason: { code: 'PROVIDER_STOPPED' } } },
  ],
  [
    'leaves alone what a person stopped after it, though the other was started again',
    tried(1),
    facts({ ...stopped, startedAt: laterRun, stoppedByHand: true }),
    { rollout: { outcome: 'superseded', reason: { code: 'STOPPED_BY_HAND' } } },
  ],
  ['looks whether it stays up once it is not behind', tried(1), facts({}, false), { kind: 'change' }],
  ['leaves alone what a person stopped', rollout, facts(stopped), { rollout: { outcome: 'superseded' } }],
  ['leaves alone what a person removed', rollout, { ...facts(), old: null }, { rollout: { outcome: 'superseded' } }],
  ['gives up after three tries', tried(3), facts(stopped), { rollout: { stage: 'ended', outcome: 'failed' } }],
])('a restart %s', (_, before, seen, expected) => {
  expect(nextStep(before, seen, now)).toMatchObject(expected)
})

test('a restart that was not begun is given up when we were restarted, and one that was goes on', () => {
  expect(nextStep(takeUp(rollout), facts(), now)).toMatchObject({ rollout: { stage: 'ended', outcome: 'abandoned' } })
  expect(takeUp(tried(1))).toEqual(tried(1))
})

test('what does not start is told as a failure of the surroundings, since no other image came', () => {
  const failure = { isCandidateAtFault: true, code: 'TARGET_START_FAILED', sentence: 'exec: not found' }

  const after = fail(tried(1), 'restart-old', failure, now)

  expect(nextStep(after, facts(stopped), now)).toMatchObject({
    rollout: { stage: 'ended', outcome: 'failed', candidateAtFault: false },
  })
})

test.each([
  ['goes on through all of them is no end of ours', facts(), undefined],
  ['ended in one of them is', facts(stopped), endedRun],
])('a run that was to be restarted and %s', (_, seen, remembered) => {
  expect(nextStep(tried(3), seen, now)).toMatchObject({ rollout: { outcome: 'failed', reason: { code: 'NO_EFFECT' } } })
  expect(nextStep(tried(3), seen, now).rollout.endedRun).toBe(remembered)
})
