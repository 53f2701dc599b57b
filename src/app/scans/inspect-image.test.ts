import { afterEach, expect, test } from 'vitest'
import { credentialsOf } from '../../../test/fakes/oci-client.ts'
import { startFakeRegistry, type FakeRegistry } from '../../../test/fakes/registry.ts'
import { makeImage, makeIndex } from '../../../test/fakes/registry/images.ts'
import { hubDialect } from '../../../test/fakes/vendors/docker-hub.ts'
import { createOciClient } from '../../clients/oci/client.ts'
import { parsePlatform } from '../../image/platform.ts'
import { parseReference } from '../../image/reference.ts'
import { createDistribution } from '../../registries/distribution.ts'
import { createDockerHub } from '../../registries/docker-hub.ts'
import type { Registry } from '../../registries/registry.ts'
import { inspectImage } from './inspect-image.ts'

const signal = new AbortController().signal
const repository = 'team/app'
const user = { username: 'ci', password: 'a-long-enough-password' }
const limits = { tries: 1 }

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function start(platforms: readonly string[], open?: (fake: FakeRegistry) => Registry, pulls?: number) {
  const counted = pulls === undefined ? {} : { pulls: { limit: 100, remaining: pulls } }
  const fake = await startFakeRegistry({ dialect: hubDialect({ ...user, ...counted }) })
  const images = platforms.map((platform, index) => makeImage(`image ${index}`, platform))
  fake.pushMade(repository, '1', makeIndex(images), images)
  const registry =
    open?.(fake) ?? createDistribution({ client: createOciClient({ credentials: async () => null, limits }) })
  closing.push(
    () => registry.close(),
    () => fake.close(),
  )
  const inspect = (platform: string) =>
    inspectImage(registry, parseReference(`${fake.host}/${repository}:1`), parsePlatform(platform), signal)
  return { fake, images, inspect }
}

const sizes = ({ platforms }: Awaited<ReturnType<typeof inspectImage>>) =>
  platforms.map(({ platform, sizeBytes }) => [platform, sizeBytes === null ? null : sizeBytes > 1000])

test('tells the size of every platform of an index, with one request for each and three beside', async () => {
  const { fake, images, inspect } = await start(['linux/amd64', 'linux/arm64', 'linux/arm/v7'])

  const image = await inspect('linux/arm64')

  expect(image.platforms.map(({ platform, manifest, sizeBytes }) => [platform, manifest, sizeBytes])).toEqual(
    images.map(({ platform, manifest, config, layer }) => [
      platform,
      manifest.digest,
      config.bytes.length + layer.bytes.length,
    ]),
  )
  expect(image).toMatchObject({ shown: 'linux/arm64', sizesUnknown: null, labels: { content: 'image 1' } })
  expect(fake.count('get')).toBe(3 + 2)
})

test('reads no more than sixteen platforms, and says so', async () => {
  const { fake, inspect } = await start(Array.from({ length: 40 }, (_, index) => `linux/arch${index}`))

  const image = await inspect('linux/arch0')

  expect(image.platforms).toHaveLength(40)
  expect(image.platforms.filter(({ sizeBytes }) => sizeBytes !== null)).toHaveLength(16)
  expect(image.sizesUnknown).toContain('only 16 of 40')
  expect(fake.count('get')).toBe(16 + 2)
})

test('one that the registry does not have, or fails to give, costs no more than its size', async () => {
  const { fake, images, inspect } = await start(['linux/amd64', 'linux/arm64'])
  fake.fault({ kind: 'get', path: images[1]?.manifest.digest ?? '' }, { kind: 'status', status: 404 })

  const image = await inspect('linux/amd64')

  expect(sizes(image)).toEqual([
    ['linux/amd64', true],
    ['linux/arm64', null],
  ])
  expect(image.sizesUnknown).toContain('which the registry does not have')
})

test('where each costs a pull, one is read, and the others for whoever asks for them', async () => {
  const credentials = credentialsOf(user.username, user.password)
  const clock = { now: () => Date.now(), elapsed: () => performance.now() }
  const open = (fake: FakeRegistry) =>
    createDockerHub({
      client: createOciClient({ credentials, limits }),
      credentials,
      clock,
      hubUrl: fake.url,
      pullHost: fake.host,
    })
  const { fake, inspect } = await start(['linux/amd64', 'linux/arm64'], open, 76)

  const image = await inspect('linux/arm64')

  expect(sizes(image)).toEqual([
    ['linux/amd64', null],
    ['linux/arm64', true],
  ])
  expect(image.sizesUnknown).toContain('--platform')
  expect(fake.count('get')).toBe(2)
  // The last pulls of all are the engine's, unless a person asks.
  const spent = await start(['linux/amd64'], open, 2)
  expect(await spent.inspect('linux/amd64')).toMatchObject({ shown: 'linux/amd64', labels: { content: 'image 0' } })
})
