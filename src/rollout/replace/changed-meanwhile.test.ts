import { expect, test } from 'vitest'
import { blankInstance } from '../../../test/fakes/instance-facts.ts'
import { planned } from '../../../test/fakes/planned.ts'
import type { ReplaceFacts } from '../facts.ts'
import { changedMeanwhile } from './changed-meanwhile.ts'

const facts: ReplaceFacts = {
  old: { ...blankInstance, id: 'old', name: 'redis', status: 'running', restart: 'always', settings: 'now' },
  new: null,
  candidateImage: null,
  tagImage: null,
  isTagShared: false,
  isProtected: true,
  nameHolder: 'old',
}

test.each([
  ['its restart policy', { restart: 'no' }, 'the restart policy of redis was changed by hand meanwhile'],
  ['something else', { restart: 'always' }, 'its settings were changed by hand meanwhile'],
])('tells that somebody changed %s', (_, change, sentence) => {
  const rollout = { ...planned('redis', 0, change), toImage: 'sha256:new', settings: 'before' }

  expect(changedMeanwhile(rollout, facts)).toEqual({ code: 'SETTINGS_CHANGED', sentence })
})

test('tells nothing of what is only taken along, as its image is not there yet', () => {
  const rollout = { ...planned('redis', 0, { restart: 'always' }), settings: 'before' }

  expect(changedMeanwhile(rollout, facts)).toBeNull()
})
