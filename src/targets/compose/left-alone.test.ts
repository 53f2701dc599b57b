import { describe, expect, test } from 'vitest'
import { composeService, created, exited, paused, type GivenMember } from '../../../test/fakes/compose-services.ts'
import type { ImageInspect } from '../../clients/docker/shapes.ts'
import type { LeftAlone } from '../target.ts'
import { leftAlone } from './left-alone.ts'

const imageId = `sha256:${'cd'.repeat(32)}`
const image: ImageInspect = { Id: imageId, RepoDigests: [`registry.test/web@sha256:${'ab'.repeat(32)}`] }
const self = { container: null, hostname: 'server' }

const why = (given: readonly GivenMember[], known: ImageInspect | null = image) =>
  leftAlone(composeService(...given), { image: known, self })

const lifted = { setting: 'stopped', next: null } as const
const dead = { ...exited, Status: 'dead' } as const

const of = (Image: string, change: GivenMember = {}): GivenMember => ({
  ...change,
  image: imageId,
  inspect: { Config: { Image } },
})

describe('a service', () => {
  test('that runs a tag is not left alone, also while the engine restarts it or a digest stands behind', () => {
    expect(why([of('registry.test/web:1')])).toBeNull()
    expect(why([of('registry.test/web')])).toBeNull()
    expect(why([of('registry.test/web:1', { state: { Running: true, Restarting: true } })])).toBeNull()
    expect(why([of(`registry.test/web:1@${imageId}`)])).toBeNull()
  })

  test('that we run in is, before anything else', () => {
    const service = composeService({ id: 'ab'.repeat(32), state: exited })
    const own = { container: null, hostname: 'ab'.repeat(6) }

    expect(leftAlone(service, { image: null, self: own })?.code).toBe('SELF')
  })

  test.each([imageId, imageId.slice(7), 'cdcdcdcd', `web@${imageId}`, ''])(
    'whose file names %j has no tag to follow',
    (written) => {
      expect(why([of(written)])?.code).toBe('NOT_A_TAG')
    },
  )

  test.each(['cafe', 'cdcdcdcd-not', 'deadbeef'])('whose file names %s has a name and no id', (written) => {
    expect(why([of(written)])).toBeNull()
  })

  test.each(['shop-web', 'shop_web'])('that was built here as %s is, unless a registry knows it', (written) => {
    expect(why([of(written)], { Id: imageId })?.code).toBe('BUILT_HERE')
    expect(why([of(written)])).toBeNull()
  })

  test('whose image is gone is', () => {
    expect(why([of('web:1')], null)?.code).toBe('IMAGE_GONE')
  })

  test('whose instances run different images is, and says which', () => {
    expect(why([of('web:1'), of('web:2', { number: 2 })])).toEqual({
      code: 'MIXED_IMAGES',
      sentence: 'its instances run web:1 and web:2',
    })
  })

  test.each<[string, readonly GivenMember[], string, string, NonNullable<LeftAlone['liftedBy']>]>([
    ['stopped', [of('web:1', { state: exited })], 'STOPPED', 'it is not running', lifted],
    ['only made', [of('web:1', { state: created })], 'STOPPED', 'it was made and never started', lifted],
    ['dead', [of('web:1', { state: dead })], 'STOPPED', 'it is dead: the engine failed to remove it', lifted],
    [
      'stopped in part',
      [of('web:1'), of('web:1', { number: 2, state: exited })],
      'PARTLY_STOPPED',
      '1 of its 2 instances are stopped, and `up` would start them',
      { ...lifted, to: 'start' },
    ],
  ])('that is %s is, unless its settings say otherwise', (_, given, code, sentence, liftedBy) => {
    expect(why(given)).toEqual({ code, sentence, liftedBy })
  })

  test('that waits for what it lives in does so, also once its settings have lifted that it is partly stopped', () => {
    const waits = { code: 'PROVIDER_STOPPED', sentence: 'vpn does not run', isHeld: true }
    const partly = composeService(of('web:1'), of('web:1', { number: 2, state: exited }))

    expect(leftAlone(composeService(of('web:1')), { image, self, waits })).toEqual(waits)
    expect(leftAlone(partly, { image, self, waits })?.liftedBy?.next).toEqual(waits)
  })

  test.each<[string, readonly GivenMember[], string, string]>([
    ['paused', [of('web:1', { state: paused })], 'PAUSED', 'it is paused'],
    ['paused in part', [of('web:1'), of('web:1', { number: 2, state: paused })], 'PAUSED', 'it is paused'],
  ])('that is %s is', (_, given, code, sentence) => {
    expect(why(given)).toEqual({ code, sentence })
  })

  test('is told what lasts before what passes', () => {
    expect(why([of(`web@${imageId}`, { state: exited })])?.code).toBe('NOT_A_TAG')
  })
})
