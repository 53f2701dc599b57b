import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RunConfig } from '../../clients/docker/shapes.ts'
import { withImageDefaults, withoutImageDefaults } from './image-defaults.ts'

describe('what is left without the image is the user’s own', () => {
  const image: RunConfig = {
    Env: ['PATH=/bin', 'COLOR=blue'],
    Entrypoint: ['/entry'],
    Cmd: ['serve'],
    User: '1000',
    WorkingDir: '/srv',
    StopSignal: 'SIGQUIT',
    ExposedPorts: { '80/tcp': {} },
    Volumes: { '/data': {} },
    Labels: { maker: 'us', version: '1' },
    Healthcheck: { Test: ['CMD', 'probe'], Interval: 5, Retries: 3 },
  }
  const cases: readonly [name: string, container: RunConfig, own: RunConfig][] = [
    ['nothing of the image', image, {}],
    ['a variable with another value', { ...image, Env: ['COLOR=red', 'PATH=/bin'] }, { Env: ['COLOR=red'] }],
    ['a variable taken away', { ...image, Env: ['COLOR', 'PATH=/bin'] }, { Env: ['COLOR'] }],
    [
      'a variable written twice, of which the last counts',
      { ...image, Env: ['COLOR=red', 'COLOR=blue', 'PATH=/bin'] },
      { Env: ['COLOR=red', 'COLOR=blue'] },
    ],
    ['a command', { ...image, Cmd: ['other'] }, { Cmd: ['other'] }],
    ['an entrypoint without a command', { ...image, Entrypoint: ['/mine'], Cmd: null }, { Entrypoint: ['/mine'] }],
    [
      'an entrypoint and a command equal to the image’s',
      { ...image, Entrypoint: ['/mine'] },
      { Entrypoint: ['/mine'], Cmd: ['serve'] },
    ],
    ['the image’s entrypoint named to drop its command', { ...image, Cmd: null }, { Entrypoint: ['/entry'] }],
    ['an entrypoint reset', { ...image, Entrypoint: null, Cmd: ['sh'] }, { Entrypoint: [''], Cmd: ['sh'] }],
    ['an empty entrypoint through the API', { ...image, Entrypoint: [] }, { Entrypoint: [] }],
    ['a user', { ...image, User: 'root' }, { User: 'root' }],
    ['a working directory', { ...image, WorkingDir: '/' }, { WorkingDir: '/' }],
    ['a stop signal', { ...image, StopSignal: 'SIGTERM' }, { StopSignal: 'SIGTERM' }],
    ['a port', { ...image, ExposedPorts: { '80/tcp': {}, '81/udp': {} } }, { ExposedPorts: { '81/udp': {} } }],
    ['a volume', { ...image, Volumes: { '/data': {}, '/more': {} } }, { Volumes: { '/more': {} } }],
    ['a label', { ...image, Labels: { maker: 'me', version: '1', team: 'x' } }, { Labels: { maker: 'me', team: 'x' } }],
    [
      'no health check',
      { ...image, Healthcheck: { ...image.Healthcheck, Test: ['NONE'] } },
      { Healthcheck: { Test: ['NONE'] } },
    ],
    [
      'one field of the health check',
      { ...image, Healthcheck: { ...image.Healthcheck, Interval: 9 } },
      { Healthcheck: { Interval: 9 } },
    ],
  ]
  test.each(cases)('%s', (_name, container, own) => {
    expect(withoutImageDefaults(container, image)).toEqual(own)
  })
})

const word = fc.constantFrom('a', 'b', 'c')
const words = fc.array(word, { maxLength: 2 })
const keys = fc.dictionary(word, fc.constant({}), { maxKeys: 2 })
const settings = fc.record(
  {
    Env: fc
      .uniqueArray(fc.tuple(word, word), { selector: ([key]) => key })
      .map((all) => all.map((one) => one.join('='))),
    Cmd: fc.option(words),
    Entrypoint: fc.option(words),
    User: fc.constantFrom('', 'a', 'b'),
    WorkingDir: fc.constantFrom('', '/a', '/b'),
    ExposedPorts: keys,
    Volumes: keys,
    Labels: fc.dictionary(word, word, { maxKeys: 2 }),
    Healthcheck: fc.option(
      fc.record({ Test: fc.array(word, { minLength: 1, maxLength: 2 }), Interval: fc.nat(2), Retries: fc.nat(2) }),
    ),
    StopSignal: fc.constantFrom('', 'a', 'b'),
  },
  { requiredKeys: [] },
)

/** The engine refuses a container without anything to run. */
const runs = ({ Cmd, Entrypoint }: RunConfig): boolean => (Cmd ?? []).length + (Entrypoint ?? []).length > 0

test('taking an image’s defaults away and giving them back changes nothing', () => {
  fc.assert(
    fc.property(settings, settings, (user, image) => {
      const container = withImageDefaults(user, image)
      fc.pre(runs(container))

      const again = withImageDefaults(withoutImageDefaults(container, image), image)

      expect(normalised(again)).toEqual(normalised(container))
    }),
    { numRuns: 300 },
  )
})

test('a container that says nothing of its own becomes what the new image says', () => {
  fc.assert(
    fc.property(settings, settings, (oldImage, newImage) => {
      fc.pre(runs(oldImage) && runs(newImage))
      const own = withoutImageDefaults(withImageDefaults({}, oldImage), oldImage)

      expect(own).toEqual({})
      expect(normalised(withImageDefaults(own, newImage))).toEqual(normalised(withImageDefaults({}, newImage)))
    }),
    { numRuns: 300 },
  )
})

/** The order of variables says nothing while each is written once, nor does null instead of an empty list or 0 instead of nothing. */
function normalised(config: RunConfig): RunConfig {
  const check = Object.entries(config.Healthcheck ?? {}).filter(([, value]) => value !== 0)
  return {
    ...config,
    Env: (config.Env ?? []).toSorted(),
    Cmd: config.Cmd ?? [],
    Entrypoint: config.Entrypoint ?? [],
    Healthcheck: Object.fromEntries(check),
  }
}
