import { expect, test } from 'vitest'
import { startOciPair } from '../../../test/fakes/oci-client.ts'
import type { OciPair } from '../../../test/fakes/oci-client.ts'
import { descriptorOf, makeImage, makeIndex, makeRawIndex } from '../../../test/fakes/registry/images.ts'
import { parseDigest } from '../../image/digest.ts'
import { formatPlatform, parsePlatform } from '../../image/platform.ts'
import { describeImage } from './describe.ts'

const signal = new AbortController().signal

async function describe(pair: OciPair, digest: string, platforms: readonly string[] | null = null) {
  const wanted = platforms && platforms.map((platform) => parsePlatform(platform))
  const { images } = await describeImage(pair.client, pair.app, parseDigest(digest), wanted, signal)
  return images.map(({ platform, config }) => [formatPlatform(platform), config])
}

test('an index has its images and not its attestations', async () => {
  await using pair = await startOciPair()
  const digest = pair.registry.pushIndex('team/app', 'latest', 'one')

  await expect(describe(pair, digest)).resolves.toEqual([
    ['linux/amd64', makeImage('one', 'linux/amd64').config.digest],
    ['linux/arm64', makeImage('one', 'linux/arm64/v8').config.digest],
  ])
})

test('costs one GET for the index and one for the platform that is asked for', async () => {
  await using pair = await startOciPair()
  const digest = pair.registry.pushIndex('team/app', 'latest', 'one')

  await expect(describe(pair, digest, ['linux/amd64'])).resolves.toEqual([
    ['linux/amd64', makeImage('one', 'linux/amd64').config.digest],
    ['linux/arm64', null],
  ])
  expect(pair.registry.requests.map(({ kind }) => kind)).toEqual(['get', 'get'])
})

test('a single image tells its platform itself', async () => {
  await using pair = await startOciPair()
  const digest = pair.registry.pushImage('team/app', 'latest', 'one', 'linux/arm/v7')

  await expect(describe(pair, digest, ['linux/amd64'])).resolves.toEqual([
    ['linux/arm/v7', makeImage('one', 'linux/arm/v7').config.digest],
  ])
})

test('nested indexes are flattened, and entries without platform are looked at', async () => {
  await using pair = await startOciPair()
  const [amd64, arm] = [makeImage('one', 'linux/amd64'), makeImage('one', 'linux/arm/v7')]
  const inner = makeIndex([arm])
  pair.registry.pushMade('team/app', inner.digest, inner, [arm])
  const outer = makeRawIndex([descriptorOf(amd64.manifest), descriptorOf(inner)])
  const digest = pair.registry.pushMade('team/app', 'latest', outer, [amd64])

  await expect(describe(pair, digest)).resolves.toEqual([
    ['linux/amd64', amd64.config.digest],
    ['linux/arm/v7', arm.config.digest],
  ])
})

test('indexes nested without end are no image', async () => {
  await using pair = await startOciPair()
  let index = makeIndex([makeImage('one')])
  for (let depth = 0; depth < 4; depth += 1) {
    pair.registry.pushMade('team/app', index.digest, index, [])
    index = makeRawIndex([descriptorOf(index)])
  }
  const digest = pair.registry.pushMade('team/app', 'latest', index, [])

  await expect(describe(pair, digest)).rejects.toMatchObject({ code: 'MANIFEST_INVALID' })
})

test('an index that lists what the registry does not have is incomplete, for those who need that part', async () => {
  await using pair = await startOciPair()
  const digest = pair.registry.pushIndex('team/app', 'latest', 'one')
  const missing = makeImage('one', 'linux/amd64').manifest.digest
  pair.registry.remove('team/app', missing)

  await expect(describe(pair, digest, ['linux/amd64'])).rejects.toMatchObject({
    code: 'MANIFEST_INCOMPLETE',
    message: expect.stringContaining(missing),
  })
  await expect(describe(pair, digest, ['linux/arm64'])).resolves.toHaveLength(2)
})

test('so is one whose nested index is missing, since nobody knows what that lists', async () => {
  await using pair = await startOciPair()
  const [amd64, arm] = [makeImage('one', 'linux/amd64'), makeImage('one', 'linux/arm/v7')]
  const outer = makeRawIndex([descriptorOf(amd64.manifest), descriptorOf(makeIndex([arm]))])
  const digest = pair.registry.pushMade('team/app', 'latest', outer, [amd64])

  await expect(describe(pair, digest, ['linux/amd64'])).rejects.toMatchObject({ code: 'MANIFEST_INCOMPLETE' })
})

test('what is missing itself is not found', async () => {
  await using pair = await startOciPair()
  pair.registry.pushImage('team/app', 'latest', 'one')

  await expect(describe(pair, `sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' })
})
