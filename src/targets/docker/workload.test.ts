import { expect, test } from 'vitest'
import { containerOf } from '../../../test/fakes/container-of.ts'
import { image } from '../../../test/fakes/inspect.ts'
import type { Follow } from '../../rollout/dependant.ts'
import type { Place } from './sets/look.ts'
import { readWorkload } from './workload.ts'

const self = { mountinfo: '', hostname: 'server' }
const unfit = { code: 'DEPENDENT', sentence: 'it does not run, and last cannot do without it', isHeld: true }

const placed = (how: Follow['how']): Place => ({
  set: { dependants: [], unfit },
  following: { kind: 'follow', follow: { how, provider: 'vpn', sentence: 'vpn was started', isLeftStopped: false } },
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
  const pinned = { ...made, Config: { ...made.Config, Image: `app@sha256:${'a'.repeat(64)}` } }
  const place = { ...placed('restart'), set: { dependants: [], unfit: null } }

  const told = readWorkload({ target: 'local', container: pinned, image: image(), self, place })

  expect(told).toMatchObject({
    leftAlone: { code: 'NOT_A_TAG' },
    note: 'vpn was started; run: docker restart app',
  })
})
