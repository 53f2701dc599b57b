import { expect, test } from 'vitest'
import { containerOf } from '../../../test/fakes/container-of.ts'
import { image } from '../../../test/fakes/inspect.ts'
import type { Follow } from '../../rollout/dependant.ts'
import type { Place } from './sets/look.ts'
import { readWorkload } from './workload.ts'

const self = { container: null, hostname: 'server' }
const unfit = { code: 'DEPENDENT', sentence: 'it does not run, and last cannot do without it', isHeld: true }

const placed = (how: Follow['how']): Place => ({
  set: { dependants: [], composed: [], followers: [], unfit },
  following: { kind: 'follow', follow: { how, provider: 'vpn', sentence: 'vpn was started', isLeftStopped: false } },
  unwell: [],
  uses: [],
})
const read = (started: number | null, how: Follow['how']) =>
  readWorkload({
    target: 'local',
    container: containerOf('middle', { started }),
    image: image(),
    self,
    place: placed(how),
  }).leftAlone

test('one that is down since what it lives in was is started again, though others wait for it in their turn', () => {
  expect(read(null, 'restart')).toBeNull()
})

test.each([
  ['made anew while it does not run', null, 'recreate'],
  ['restarted while it runs', 5, 'restart'],
] as const)('one that is to be %s is held by what would break', (_, started, how) => {
  expect(read(started, how)).toEqual(unfit)
})

test('one that is left alone tells what it should follow and cannot', () => {
  const made = containerOf('app', { started: 5 })
  const place = { ...placed('restart'), set: { dependants: [], composed: [], followers: [], unfit: null } }

  const told = readWorkload({ target: 'local', container: made, image: null, self, place })

  expect(told).toMatchObject({
    leftAlone: { code: 'IMAGE_GONE' },
    note: 'vpn was started; run: docker restart app',
  })
})
