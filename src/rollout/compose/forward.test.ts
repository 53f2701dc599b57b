import { expect, test } from 'vitest'
import { composeFacts, composeRollout, ended, instance } from '../../../test/fakes/compose-facts.ts'
import type { ComposeFacts } from '../facts.ts'
import type { Rollout } from '../rollout.ts'
import { forward } from './forward.ts'

const fresh = { attempted: [], toImage: null } as const
const untouched: Partial<ComposeFacts> = {
  candidateImage: null,
  tagImage: null,
  isProtected: false,
  definition: 'before',
}

test.each<[string, Partial<Rollout>, Partial<ComposeFacts>, object]>([
  ['pulls first', fresh, untouched, { effect: 'pull' }],
  [
    'protects the old image before anything',
    { attempted: ['pull'] },
    { ...untouched, candidateImage: 'sha256:new' },
    { effect: 'protect' },
  ],
  [
    'keeps what the old version was',
    { attempted: ['pull', 'protect'] },
    { definition: 'before' },
    { effect: 'capture' },
  ],
  ['edits the file before it moves the tag', {}, { definition: 'before', tagImage: null }, { effect: 'edit' }],
  ['moves the tag before it brings up', {}, { tagImage: 'sha256:third' }, { effect: 'move-tag' }],
  ['brings up once file and tag are right', {}, {}, { step: 'J4', effect: 'up' }],
])('%s', (_promise, rollout, facts, expected) => {
  expect(forward(composeRollout(rollout), composeFacts(facts), 0)).toMatchObject(expected)
})

test('edits nothing when only the digest moves', () => {
  const rollout = composeRollout({
    definition: { files: [], edit: null, followers: [], isDivisible: true, hash: null },
  })

  expect(forward(rollout, composeFacts({ definition: 'before' }), 0)).toMatchObject({ effect: 'up' })
})

test.each<[string, Partial<ComposeFacts>, string]>([
  ['removed', { olds: [] }, 'REMOVED_BY_HAND'],
  ['replaced', { olds: [instance('another')] }, 'REPLACED_BY_HAND'],
  ['brought up by hand', { olds: [], news: [instance('new')] }, 'REPLACED_BY_HAND'],
  ['scaled', { olds: [instance('old'), instance('second')] }, 'SCALED_BY_HAND'],
  ['stopped', { olds: [instance('old', ended(0))] }, 'STOPPED_BY_HAND'],
  ['paused', { olds: [instance('old', { status: 'paused' })] }, 'PAUSED_BY_HAND'],
  ['edited', { definition: 'other' }, 'EDITED_BY_HAND'],
])('steps aside, blaming nobody, when the service was %s before it was touched', (_what, facts, code) => {
  expect(forward(composeRollout(), composeFacts(facts), 0)).toMatchObject({
    rollout: { stage: 'back', outcome: 'superseded', candidateAtFault: false, reason: { code } },
  })
})
