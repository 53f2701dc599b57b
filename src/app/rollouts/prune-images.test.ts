import { expect, test } from 'vitest'
import { digest, ended } from '../../../test/fakes/decide-input.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { superfluousImages } from './prune-images.ts'

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
