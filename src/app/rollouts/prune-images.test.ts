import { expect, test } from 'vitest'
import { digest, ended, row } from '../../../test/fakes/decide-input.ts'
import { startFollowed } from '../../../test/fakes/followed.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { groupDefaults } from '../groups/group-settings.ts'
import { clearUp, superfluousImages } from './prune-images.ts'

let count = 0

/** A rollout from one image to another, both named by a letter. */
function rolled(path: `${string}>${string}`, outcome: Rollout['outcome'], stage: Rollout['stage'] = 'ended'): Rollout {
  const [fromImage = '', toImage = ''] = path.split('>')
  count += 1
  return { ...ended(outcome, digest('b'), count), fromImage, toImage, stage }
}

const good = (path: `${string}>${string}`) => rolled(path, 'succeeded')
const bad = (path: `${string}>${string}`) => rolled(path, 'rolled-back')

test.each<readonly [string, readonly Rollout[], number, readonly string[]]>([
  ['nothing without a rollout', [], 0, []],
  ['the image that was left, when none is to be kept', [good('a>b')], 0, ['a']],
  ['nothing when one is to be kept and one was left', [good('a>b')], 1, []],
  ['all but the latest kept one', [good('c>d'), good('b>c'), good('a>b')], 1, ['b', 'a']],
  ['all but the latest two kept ones', [good('c>d'), good('b>c'), good('a>b')], 2, ['a']],
  ['a candidate that failed its gate', [bad('a>b')], 1, ['b']],
  ['a candidate that failed, beside what is kept', [bad('b>c'), good('a>b')], 1, ['c']],
  ['no image that a later rollout brought back', [good('b>a'), good('a>b')], 0, ['b']],
  ['no image that failed once and is the one that runs now', [good('a>b'), bad('a>b')], 0, ['a']],
  ['no image of a rollout that is not over', [rolled('b>c', null, 'forward'), good('a>b')], 0, ['a']],
  ['no old version that is still kept', [rolled('a>b', 'succeeded', 'kept')], 0, []],
  ['no candidate of a failure of the surroundings: it is tried again', [rolled('a>b', 'failed')], 0, []],
])('removes %s', (_, newestFirst, keep, removed) => {
  expect(superfluousImages(newestFirst, keep).map((each) => each.image)).toEqual(removed)
})

test('what was made from nothing takes the place of no image that is kept', () => {
  const made = { ...ended('succeeded', digest('c'), 30), fromImage: '', toImage: 'sha256:made' }

  expect(superfluousImages([made], 0)).toEqual([])
})

test.each<readonly [string, boolean, readonly string[]]>([
  ['what the wave of an atomic group goes back to is not', true, []],
  ['what nobody goes back to is', false, ['old']],
])('of two rollouts of one wave, %s removed', async (_, atomic, removed) => {
  const [old, first, second] = [digest('a'), digest('b'), digest('c')]
  const { app, store } = startFollowed([])
  Object.assign(app, { groups: new Map([['shop', { ...groupDefaults, atomic }]]) })
  const one = { ...ended('succeeded', first, 60, old), fromImage: 'old', toImage: 'first' }
  const other = { ...ended('succeeded', second, 30, first), fromImage: 'first', toImage: 'second', keepImages: 1 }
  await store.saveWorkload(row({ group: 'shop' }))
  await store.saveRollout(one, { wave: 'shop' })
  await store.saveRollout(other, { wave: 'shop', waveFrom: old })
  const pruned: string[] = []
  const [target] = app.targets
  if (target === undefined) throw new Error('there is no target')

  await clearUp(app, { ...target, prune: async ({ image }) => pruned.push(image) > 0 }, other)

  expect(pruned).toEqual(removed)
})
