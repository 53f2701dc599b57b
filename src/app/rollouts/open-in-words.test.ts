import { expect, test } from 'vitest'
import { composeRollout } from '../../../test/fakes/compose-change.ts'
import { planned } from '../../../test/fakes/planned.ts'
import { serviceRollout } from '../../../test/fakes/service-facts.ts'
import type { EffectKind, Rollout } from '../../rollout/rollout.ts'
import { openInWords } from './open-in-words.ts'

const service = { ranBefore: 12, isJob: false, toldAt: '2026-01-01T00:00:00Z', running: 7, wanted: 12 }

test.each<readonly [string, Partial<Rollout>, string]>([
  ['before it was told', { step: 'J2', service: { ...service, toldAt: null } }, 'a rollout is at J2'],
  ['on its way', { step: 'J4', service }, 'a rollout is at J4; 7 of 12 run it'],
  ['on the way back', { step: 'R', stage: 'back', service }, 'a rollout is at R'],
  ['of a job', { step: 'J4', service: { ...service, isJob: true } }, 'a rollout is at J4'],
])('a service %s', (_, change, expected) => {
  expect(openInWords(serviceRollout(change), 0)).toBe(expected)
})

const plain = planned('web', 0)
const composed = composeRollout()

test.each<readonly [string, EffectKind, Rollout, readonly EffectKind[], string | null]>([
  ['its own name is back', 'start-old', plain, [], 'docker start web'],
  ['its name is not', 'start-old', plain, ['rename-new-back'], null],
  ['the new version runs', 'stop-new', plain, [], null],
  ['there is no copy of it', 'copy-old', plain, [], null],
  ['its files are put back', 'up-old', composed, [], 'docker compose up -d web'],
  ['its files are not', 'up-old', composed, ['edit-back'], null],
  ['its tag is not', 'up-old', composed, ['tag-old'], null],
  ['putting its files back fails', 'edit-back', composed, [], null],
  ['its Swarm does not answer', 'revert-service', serviceRollout(), [], 'docker service update --image api:1 api'],
])('what to run by hand leads to the old version, where %s', (_, effect, rollout, failed, command) => {
  const backWait = { effect, since: '', until: '', tries: 6, sentence: '' }

  const told = openInWords({ ...rollout, stage: 'back', failures: [...failed, effect], backWait }, 0)

  expect(told).toMatch(
    command === null ? /by longshore resume$/ : new RegExp(`by longshore resume; by hand: ${command}$`),
  )
})
