import { expect, test } from 'vitest'
import { decideInput, digest, ended, running } from '../../../test/fakes/decide-input.ts'
import { decide } from '../decisions/decide.ts'

test('the way back leads to the tag that the digest ran under, which a policy may have left for another', () => {
  const before = digest('c')
  const rollout = ended('succeeded', running, 60, before)
  const went = { ...rollout, tag: '1', fromReference: 'registry.example.com/team/web:0.9' }
  const group = { name: 'shop', stop: null, takeBack: { from: running, to: before, sentence: 'the db failed' } }

  expect(decide(decideInput({ group, rollouts: [went] }))).toMatchObject({
    reason: { code: 'TAKE_BACK' },
    isRolloutDue: true,
    candidate: before,
    candidateTag: '0.9',
  })
})
