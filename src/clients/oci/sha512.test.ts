import { describe, expect, test } from 'vitest'
import { startFakeRegistry, type FakeRegistryOptions } from '../../../test/fakes/registry.ts'
import { descriptorOf, makeImage, makeRawIndex } from '../../../test/fakes/registry/images.ts'
import { parseDigest } from '../../image/digest.ts'
import { createOciClient } from './client.ts'

const signal = new AbortController().signal

/** A registry that names all of it by sha512, and a client of somebody who allows that to it, or does not. */
async function open(isAllowed: boolean, options: FakeRegistryOptions = {}) {
  const registry = await startFakeRegistry({ algorithm: 'sha512', ...options })
  const hosts = { [registry.host]: { sha512: isAllowed } }
  const client = createOciClient({ credentials: async () => null, hosts })
  return {
    registry,
    client,
    app: { registry: registry.host, repository: 'team/app' },
    async [Symbol.asyncDispose]() {
      client.close()
      await registry.close()
    },
  }
}

describe('where it is allowed', () => {
  test('a digest of sha512 is read, verified and known again', async () => {
    await using pair = await open(true)
    const digest = parseDigest(pair.registry.pushIndex('team/app', 'latest', 'one'))
    expect(digest).toMatch(/^sha512:/)

    await expect(pair.client.headManifest(pair.app, 'latest', null, signal)).resolves.toMatchObject({ digest })
    await expect(pair.client.headManifest(pair.app, 'latest', digest, signal)).resolves.toBe('unchanged')
    await expect(pair.client.getManifest(pair.app, digest, signal)).resolves.toMatchObject({ digest })
  })

  test('the configuration that it names is read too', async () => {
    await using pair = await open(true)
    const { config } = makeImage('one', undefined, 'sha512')
    pair.registry.pushImage('team/app', 'latest', 'one')

    const bytes = await pair.client.getBlob(pair.app, parseDigest(config.digest), signal)

    expect(bytes.equals(config.bytes)).toBe(true)
  })

  test('a body without a digest beside it is named by sha256', async () => {
    await using pair = await open(true, { omitsDigest: true })
    pair.registry.pushImage('team/app', 'latest', 'one')

    const { digest } = await pair.client.getManifest(pair.app, 'latest', signal)

    expect(digest).toMatch(/^sha256:/)
  })

  test('bytes that do not have it are not believed', async () => {
    await using pair = await open(true)
    const digest = parseDigest(pair.registry.pushImage('team/app', 'latest', 'one'))
    pair.registry.fault({ kind: 'get' }, { kind: 'lying-body' })

    await expect(pair.client.getManifest(pair.app, digest, signal)).rejects.toMatchObject({
      code: 'REGISTRY_INTEGRITY',
    })
  })
})

describe('where it is not allowed', () => {
  const refused = { code: 'DIGEST_REFUSED', hint: expect.stringContaining('sha512: true') }

  test('no digest of sha512 is read, whatever names it', async () => {
    await using pair = await open(false)
    const digest = parseDigest(pair.registry.pushImage('team/app', 'latest', 'one'))

    await expect(pair.client.headManifest(pair.app, 'latest', null, signal)).rejects.toMatchObject(refused)
    await expect(pair.client.getManifest(pair.app, 'latest', signal)).rejects.toMatchObject(refused)
    pair.registry.forgetRequests()
    await expect(pair.client.getManifest(pair.app, digest, signal)).rejects.toMatchObject(refused)
    await expect(pair.client.getBlob(pair.app, digest, signal)).rejects.toMatchObject(refused)
    expect(pair.registry.count()).toBe(0)
  })

  test('an index of sha256 that leads to it is refused', async () => {
    await using pair = await open(false, { algorithm: 'sha256' })
    const { manifest } = makeImage('one', undefined, 'sha512')
    pair.registry.pushMade('team/app', 'latest', makeRawIndex([descriptorOf(manifest)]), [])

    await expect(pair.client.getManifest(pair.app, 'latest', signal)).rejects.toMatchObject(refused)
  })
})
