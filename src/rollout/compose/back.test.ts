import { expect, test } from 'vitest'
import { composeFacts, composeRollout, ended, instance } from '../../../test/fakes/compose-facts.ts'
import type { ComposeFacts } from '../facts.ts'
import { startGate } from '../gate.ts'
import { attempt, fail } from '../machine.ts'
import type { EffectKind, Rollout } from '../rollout.ts'
import { back } from './back.ts'
import { removedByHand } from './by-hand.ts'

const now = Date.parse('2026-11-20T12:00:10Z')
const attempted = composeRollout().attempted
const touched = { attempted: attempted.concat('up') } as const
const fresh = instance('new', { image: 'sha256:new' })
const brokenNew: Partial<ComposeFacts> = { olds: [], news: [instance('new', { ...ended(1), image: 'sha256:new' })] }
const tagGone: Partial<ComposeFacts> = { definition: 'before', tagImage: null }
const sameTag = { image: 'web:1', tagBefore: 'sha256:old', definition: null } as const
const times = (kind: EffectKind, count: number): readonly EffectKind[] => Array.from({ length: count }, () => kind)
const gateFailed = { code: 'GATE_EXITED', sentence: 'it ended with exit code 1' }

const turned = (given: Partial<Rollout> = {}): Rollout =>
  composeRollout({ stage: 'back', outcome: 'rolled-back', reason: gateFailed, ...given })

test.each<[string, Partial<Rollout>, Partial<ComposeFacts>, object]>([
  ['puts the file back first', touched, brokenNew, { effect: 'edit-back' }],
  [
    'points the old tag at the old image',
    touched,
    { ...brokenNew, definition: 'before', fromTagImage: 'sha256:new' },
    { effect: 'tag-old' },
  ],
  ['brings the old version up again', touched, { ...brokenNew, definition: 'before' }, { effect: 'up-old' }],
  ['leaves a file that a person edited since', touched, { ...brokenNew, definition: 'other' }, { effect: 'up-old' }],
  [
    'removes the new one beside an old one that runs',
    touched,
    { news: [fresh], definition: 'before' },
    { effect: 'up-old' },
  ],
  ['puts the tag back where nothing ran under it', {}, { definition: 'before' }, { effect: 'tag-back' }],
  [
    'puts the tag back when `up` failed before it made anything',
    { ...touched, ...sameTag },
    { definition: 'before' },
    { effect: 'tag-back' },
  ],
  [
    'leaves a tag that another workload runs',
    {},
    { definition: 'before', isTagShared: true },
    { rollout: { stage: 'ended' } },
  ],
  [
    'leaves a tag that somebody moved elsewhere',
    {},
    { definition: 'before', tagImage: 'sha256:third' },
    { rollout: { stage: 'ended' } },
  ],
  [
    'leaves a tag that named the candidate before',
    { image: 'web:1', tagBefore: 'sha256:new', definition: null },
    { definition: 'before' },
    { rollout: { stage: 'ended' } },
  ],
  [
    'sees the old version stay up',
    { attempted: attempted.concat('up', 'up-old') },
    tagGone,
    { rollout: { checkProgress: {} } },
  ],
  [
    'ends when it has',
    {
      attempted: attempted.concat('up', 'up-old'),
      checkProgress: { ...startGate(now - 600, instance('old').startedAt), goodSince: now - 600 },
    },
    tagGone,
    { rollout: { stage: 'ended', outcome: 'rolled-back' } },
  ],
])('%s', (_promise, rollout, facts, expected) => {
  expect(back(turned(rollout), composeFacts(facts), now)).toMatchObject(expected)
})

test.each<[string, Partial<Rollout>, object]>([
  ['removed by hand', { ...touched, reason: removedByHand }, { rollout: { stage: 'ended', outcome: 'superseded' } }],
  [
    'removed after the old version served again',
    { attempted: attempted.concat('up', 'up-old'), checkProgress: startGate(now, null) },
    { rollout: { stage: 'ended', outcome: 'superseded' } },
  ],
  ['lost when our own `up` failed', touched, { effect: 'up-old' }],
])('a service that was %s', (_what, rollout, expected) => {
  expect(back(turned(rollout), composeFacts({ ...tagGone, olds: [] }), now)).toMatchObject(expected)
})

test('leaves file and tag to a person who brought the new version up by hand', () => {
  expect(back(turned(), composeFacts({ olds: [], news: [fresh] }), now)).toMatchObject({
    rollout: { stage: 'ended', outcome: 'superseded', reason: { code: 'REPLACED_BY_HAND' } },
  })
})

test('brings the old version back where a person brought the new one up from our file and it does not run', () => {
  expect(back(turned(), composeFacts(brokenNew), now)).toMatchObject({ effect: 'edit-back' })
  expect(back(turned(), composeFacts({ ...brokenNew, definition: 'before' }), now)).toMatchObject({ effect: 'up-old' })
})

test('goes on with that where it failed half way, with the old one made and not started', () => {
  const half: Partial<ComposeFacts> = {
    olds: [instance('again', { status: 'created', startedAt: null })],
    definition: 'before',
  }
  const step = back(turned(), composeFacts({ ...brokenNew, definition: 'before' }), now)
  const failed = { isCandidateAtFault: false, code: 'TARGET_FAILED', sentence: 'port 80 is taken' }
  const refused = fail(attempt(step.rollout, 'R', 'up-old'), 'up-old', failed, now)

  expect(back(refused, composeFacts(half), now)).toMatchObject({ effect: 'up-old' })
})

test.each<[EffectKind, Partial<ComposeFacts>]>([
  ['edit-back', brokenNew],
  ['tag-old', { ...brokenNew, definition: 'before', fromTagImage: 'sha256:new' }],
])('brings the old version up without %s where that keeps failing', (kind, facts) => {
  const full = { isCandidateAtFault: false, code: 'TARGET_FAILED', sentence: 'no space left on device' }
  let rollout = turned(touched)
  for (let n = 0; n < 6; n += 1) {
    expect(back(rollout, composeFacts(facts), now)).toMatchObject({ effect: kind })
    rollout = fail(attempt(rollout, 'R', kind), kind, full, now)
  }

  expect(back(rollout, composeFacts(facts), now)).toMatchObject({ effect: 'up-old' })
})

test('goes on putting the file back once the old version serves', () => {
  const wait = { effect: 'edit-back', since: '', until: '', tries: 6, sentence: '' } as const
  const served = {
    attempted: attempted.concat('up', 'up-old'),
    failures: ['edit-back'],
    backWait: wait,
    checkProgress: { ...startGate(now - 600, instance('old').startedAt), goodSince: now - 600 },
  } as const
  const facts = composeFacts({ tagImage: null })

  expect(back(turned(served), facts, now)).toMatchObject({ effect: 'edit-back' })
  const gone = { ...served, attempted: [...served.attempted, ...times('edit-back', 6)] }
  expect(back(turned(gone), facts, now)).toMatchObject({ rollout: { stage: 'ended', outcome: 'needs-human' } })
})

test.each<[string, readonly EffectKind[], Partial<ComposeFacts>, string]>([
  [
    'the old version does not come up',
    times('up-old', 6),
    { ...brokenNew, definition: 'before' },
    'docker compose up -d web',
  ],
  [
    'neither the file can be put back nor the old version comes up',
    [...times('edit-back', 6), ...times('up-old', 6)],
    brokenNew,
    'see that /srv/compose.yaml line 3 names web:1 again, that web:1 is there and run: docker compose up -d web',
  ],
  ['the file cannot be put back', times('edit-back', 6), {}, '/srv/compose.yaml line 3'],
])('says what to do when %s', (_what, more, facts, words) => {
  const step = back(turned({ attempted: [...attempted, ...more] }), composeFacts({ tagImage: null, ...facts }), now)

  expect(step).toMatchObject({ rollout: { stage: 'ended', outcome: 'needs-human' } })
  expect(step).toMatchObject({ rollout: { reason: { sentence: expect.stringContaining(words) } } })
})

const refused = { effect: 'up-old', sentence: 'the proxy refuses DELETE /containers/new' } as const
const tried = { attempted: [...attempted, ...times('up-old', 6)], lastFailure: refused }

test.each<[string, Partial<ComposeFacts>, RegExp, Partial<Rollout>?]>([
  [
    'the old version serves beside what could not be removed',
    { olds: [instance('old')], news: [instance('fresh', { status: 'created', startedAt: null })] },
    /^the old version serves, but .* removed: the proxy refuses DELETE \/containers\/new; run: docker rm --force fresh;/,
  ],
  [
    'as many of it serve as before beside that',
    {
      olds: [instance('old'), instance('stopped', ended(0))],
      news: [instance('fresh', { status: 'created', startedAt: null })],
    },
    /^the old version serves, but /,
    { scale: 2, ranBefore: 1, stopped: 'update' },
  ],
  [
    'none of it was to run',
    { olds: [instance('old', ended(0))], news: [instance('fresh', { status: 'created', startedAt: null })] },
    /^the old version could not be brought back/,
    { stopped: 'update' },
  ],
  [
    'it does not',
    brokenNew,
    /^the old version could not be brought back: the proxy refuses DELETE .*new; see that web:1/,
  ],
])('tells why it needs a person where %s', (_where, facts, words, given = {}) => {
  expect(back(turned({ ...tried, ...given }), composeFacts({ definition: 'before', ...facts }), now)).toMatchObject({
    rollout: { stage: 'ended', outcome: 'needs-human', reason: { sentence: expect.stringMatching(words) } },
  })
})

test('brings the old version back where a person brought the new one up while we put the file back', () => {
  const rollout = turned({ attempted: attempted.concat('edit-back') })

  expect(back(rollout, composeFacts({ olds: [], news: [fresh], definition: 'before' }), now)).toMatchObject({
    effect: 'up-old',
  })
})

test('tells whoever edited the file meanwhile that it does not say what serves', () => {
  const edited: Partial<ComposeFacts> = { news: [], definition: 'other', tagImage: null }
  const served = {
    attempted: attempted.concat('edit', 'up', 'up-old'),
    checkProgress: { ...startGate(now - 600, instance('old').startedAt), goodSince: now - 600 },
  }

  const step = back(turned(served), composeFacts(edited), now)

  expect(step).toMatchObject({
    kind: 'change',
    rollout: {
      stage: 'ended',
      outcome: 'rolled-back',
      reason: { code: 'GATE_EXITED', sentence: expect.stringMatching(/exit code 1; the files were edited meanwhile/) },
    },
  })
})
