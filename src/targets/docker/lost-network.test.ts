import { expect, test } from 'vitest'
import { container } from '../../../test/fakes/inspect.ts'
import type { Engine } from '../../clients/docker/engine.ts'
import { AppError } from '../../errors.ts'
import { settingsSince } from './lost-network.ts'
import { settingsPrint } from './settings-print.ts'

const on = (...names: readonly string[]) =>
  container({
    HostConfig: { NetworkMode: 'front' },
    Networks: Object.fromEntries(names.map((each) => [each, { NetworkID: `id-of-${each}` }])),
  })
const { signal } = new AbortController()

/** What is told of a container that was on some networks and is on others now, on an engine that has these. */
async function lostBy(before: readonly string[], now: readonly string[], hasNetwork: Engine['hasNetwork']) {
  const engine = { hasNetwork } as Engine
  return (await settingsSince({ engine }, on(...now), settingsPrint(on(...before)), signal)).lostNetwork
}
const having =
  (...ids: readonly string[]) =>
  async (id: string) =>
    ids.includes(id)

test.each<[string, readonly string[], readonly string[], readonly string[], string | undefined]>([
  ['one that is gone', ['front', 'back'], ['front'], ['id-of-front'], 'back'],
  ['the last one, which is gone', ['front'], [], [], 'front'],
  ['one that is another by now', ['front', 'a back'], ['front'], ['id-of-front', 'a back'], 'a back'],
  ['none where it was taken off one that exists', ['front', 'back'], ['front'], ['id-of-back'], undefined],
  ['none where it is on one more', ['front'], ['front', 'back'], [], undefined],
  ['none where it is on all that it was on', ['front'], ['front'], [], undefined],
])('it has lost %s', async (_, before, now, existing, lost) => {
  expect(await lostBy(before, now, having(...existing))).toBe(lost)
})

test('what the engine has no id for is asked for by its name', async () => {
  const former = settingsPrint(container({ HostConfig: { NetworkMode: 'front' }, Networks: { front: {} } }))
  const engine = { hasNetwork: having('front') } as unknown as Engine

  expect(await settingsSince({ engine }, on(), former, signal)).not.toHaveProperty('lostNetwork')
})

test('where a proxy does not tell, it counts as lost, and what fails otherwise is not taken for an answer', async () => {
  const failing = (code: 'TARGET_FORBIDDEN' | 'TARGET_UNAVAILABLE') => () => Promise.reject(new AppError(code, 'no'))

  expect(await lostBy(['front'], [], failing('TARGET_FORBIDDEN'))).toBe('front')
  await expect(lostBy(['front'], [], failing('TARGET_UNAVAILABLE'))).rejects.toMatchObject({
    code: 'TARGET_UNAVAILABLE',
  })
})
