import { existsSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../services/command.ts'
import { docker, inspect } from '../services/docker.ts'
import type { Engine } from '../services/engine.ts'
import { startEngine } from '../services/engine.ts'
import type { PushedImage } from '../services/images.ts'
import { pushImage } from '../services/images.ts'
import { deleteManifest, retag } from '../services/push.ts'
import { startRegistry } from '../services/registry.ts'
import { describeWithServices, uniqueName } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'

describeWithServices('the shared services', ({ engineHost, registryAddress }) => {
  const registry = { address: registryAddress }

  test('run an image that was pushed without an engine, and answer on a port of 127.0.0.1', async () => {
    const name = uniqueName('serves')
    const image = await pushImage(registry, { repository: name, version: 'v1' })

    await docker(engineHost, 'run', '--detach', '--name', name, '--publish', '127.0.0.1::8080', image.reference)

    expect(await readPage(engineHost, name)).toBe('v1\n')
    expect((await inspect(engineHost, name))?.Image).toBe(image.configDigest)
    await waitForHealth(engineHost, name, 'healthy')
    await docker(engineHost, 'stop', name)
    expect((await inspect(engineHost, name))?.State.ExitCode).toBe(0)
    await docker(engineHost, 'rm', '--volumes', name)
  })

  test('let containers of one network reach each other by name', async () => {
    const name = uniqueName('network')
    const { reference } = await pushImage(registry, { repository: name, version: 'v1' })
    await docker(engineHost, 'network', 'create', name)
    await docker(engineHost, 'run', '--detach', '--name', name, '--network', name, reference)
    await waitForHealth(engineHost, name, 'healthy')

    const page = docker(engineHost, 'run', '--rm', '--network', name, reference, 'wget', '-qO-', `http://${name}:8080`)

    expect(await page).toBe('v1')
    await docker(engineHost, 'rm', '--force', name)
    await docker(engineHost, 'network', 'rm', name)
  })

  test.each([
    { behaviour: 'exits', exitCode: 1 },
    { behaviour: 'crash-loop', exitCode: 1 },
    { behaviour: 'completes', exitCode: 0 },
  ] as const)('run an image that $behaviour', async ({ behaviour, exitCode }) => {
    const name = uniqueName(behaviour)
    const { reference } = await pushImage(registry, { repository: name, version: 'v1', behaviour })

    await docker(engineHost, 'run', '--detach', '--name', name, reference)

    const ended = await waitUntil('the container has ended', async () => {
      const container = await inspect(engineHost, name)
      return container?.State.Status === 'exited' && container
    })
    expect(ended.State.ExitCode).toBe(exitCode)
    await docker(engineHost, 'rm', name)
  })

  test('run an image that is never well, and refuse one that cannot start', async () => {
    const name = uniqueName('bad')
    const unhealthy = await pushImage(registry, { repository: name, version: 'v1', behaviour: 'unhealthy' })
    const broken = await pushImage(registry, {
      repository: name,
      version: 'v2',
      behaviour: 'cannot-start',
      tag: 'broken',
    })

    await docker(engineHost, 'run', '--detach', '--name', name, unhealthy.reference)

    await waitForHealth(engineHost, name, 'unhealthy')
    await expect(docker(engineHost, 'run', '--rm', broken.reference)).rejects.toThrow('no such file')
    await docker(engineHost, 'rm', '--force', name)
  })

  test.each(['oci', 'docker'] as const)('tell index, manifest and config apart (%s)', async (format) => {
    const repository = uniqueName('index')
    const platforms = ['linux/arm64/v8', 'linux/amd64', 'linux/386']

    const image = await pushImage(registry, { repository, version: 'v1', format, platforms, attestation: true })

    await docker(engineHost, 'pull', '--quiet', image.reference)
    const pulled = await docker(engineHost, 'image', 'inspect', '--format', '{{.Id}} {{.RepoDigests}}', image.reference)
    expect(pulled).toBe(`${image.configDigest} [${registryAddress}/${repository}@${image.digest}]`)
    expect(new Set([image.digest, image.manifestDigest, image.configDigest]).size).toBe(3)
  })

  test('refuse an image without a manifest for this machine', async () => {
    const repository = uniqueName('foreign')

    const image = await pushImage(registry, { repository, version: 'v1', platforms: ['linux/s390x'] })

    await expect(docker(engineHost, 'pull', image.reference)).rejects.toThrow('no matching manifest')
  })

  test('move a tag back and forget what was deleted', async () => {
    const repository = uniqueName('moves')
    const first = await pushImage(registry, { repository, version: 'v1' })
    await retag(registry, repository, 'latest', 'kept')
    const second = await pushImage(registry, { repository, version: 'v2' })

    expect(await retag(registry, repository, 'kept', 'latest')).toBe(first.digest)
    await deleteManifest(registry, repository, second.digest)

    await expect(retag(registry, repository, second.digest, 'again')).rejects.toThrow('404')
  })
})

describeWithServices('a registry of our own', () => {
  test('asks for a sign-in and takes the one it names', async () => {
    const registry = await startRegistry({ auth: 'htpasswd' })

    const image = { repository: 'web', version: 'v1' }
    await expect(pushImage({ address: registry.address }, image)).rejects.toThrow('401')
    await expect(pushImage(registry, image)).resolves.toHaveProperty('digest')

    await registry.stop()
  })

  test('tells the address it was given of each push', async () => {
    const { promise: envelope, resolve } = Promise.withResolvers<string>()
    const listener = createServer((request, response) => {
      void text(request).then(resolve)
      response.end()
    }).listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const registry = await startRegistry({ notificationsUrl: `http://127.0.0.1:${portOf(listener)}/` })

    await pushImage(registry, { repository: 'web', version: 'v1' })

    expect(await envelope).toContain('"action": "push"')
    await registry.stop()
    listener.close()
  })
})

describeWithServices('an engine of our own', ({ registryAddress }) => {
  let engine: Engine
  let image: PushedImage

  beforeAll(async () => {
    engine = await startEngine()
    image = await pushImage({ address: registryAddress }, { repository: uniqueName('own'), version: 'v1' })
    await docker(engine.host, 'pull', '--quiet', image.reference)
  })
  afterAll(() => engine.stop())

  test.each([
    { what: 'an orderly restart', end: async () => {} },
    { what: 'a kill', end: () => engine.kill() },
  ])('brings its containers back after $what', async ({ end }) => {
    const name = uniqueName('survives')
    const publish = ['--publish', '127.0.0.1::8080']
    await docker(engine.host, 'run', '--detach', '--name', name, '--restart', 'always', ...publish, image.reference)

    await end()
    await engine.restart()

    expect(await readPage(engine.host, name)).toBe('v1\n')
    await docker(engine.host, 'rm', '--force', name)
  })

  test('leaves the default bridge of another engine alone when it restarts', async () => {
    const wasThere = (await listBridges()).includes('docker0')
    if (!wasThere) await run('ip', ['link', 'add', 'docker0', 'type', 'bridge'])

    await engine.restart()

    expect(await listBridges()).toContain('docker0')
    if (!wasThere) await run('ip', ['link', 'delete', 'docker0'])
  })

  test('goes away with all that it ran', async () => {
    const passing = await startEngine()
    await passing.restart()
    const network = await docker(passing.host, 'network', 'create', uniqueName('passing'))
    const bridge = `br-${network.slice(0, 12)}`
    expect(await listBridges()).toContain(bridge)

    await passing.stop()

    expect(await listBridges()).not.toContain(bridge)

    expect(existsSync(passing.host.slice('unix://'.length))).toBe(false)
    await expect(docker(engine.host, 'version')).resolves.toContain(engine.apiVersion)
  })
})

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function readPage(host: string, name: string): Promise<string> {
  return waitUntil(`${name} answers`, async () => {
    const [published] = (await inspect(host, name))?.NetworkSettings.Ports['8080/tcp'] ?? []
    const response = await fetch(`http://127.0.0.1:${published?.HostPort}`, { signal: AbortSignal.timeout(2_000) })
    return response.ok && response.text()
  })
}

async function waitForHealth(host: string, name: string, status: 'healthy' | 'unhealthy'): Promise<void> {
  await waitUntil(`${name} is ${status}`, async () => (await inspect(host, name))?.State.Health?.Status === status)
}

async function listBridges(): Promise<readonly string[]> {
  const links = await run('ip', ['-oneline', 'link', 'show', 'type', 'bridge'])
  return [...links.matchAll(/^\d+: ([^:@]+)/gm)].map(([, name = '']) => name)
}
