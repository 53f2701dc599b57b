import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { tryRun } from '../services/command.ts'
import { startRegistry } from '../services/registry.ts'
import { describeWithServices, uniqueName } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { startAllowListProxy } from './stage/allow-list-proxy.ts'
import { about } from './stage/answers.ts'
import { writeFiles } from './stage/compose-fleet.ts'
import { stageProject, type StagedProject } from './stage/compose-project.ts'
import {
  endContained,
  shareSocket,
  socketGroup,
  socketMount,
  startContained,
  type Contained,
  type ContainedOptions,
} from './stage/contained.ts'
import { engineRights, formatRight } from './stage/engine-rights.ts'
import { buildOwnImage, testRevision, type OwnImage } from './stage/own-image.ts'
import { outlastsEnds } from './stage/gates.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload, type StagedWorkload } from './stage/workload.ts'

const quickGate = ['--label', 'longshore.gate.stable=1s', '--label', 'longshore.gate.min-uptime=1s']
const byHand = ['--label', 'longshore.gate.deadline=20s', '--label', 'longshore.keep-old=0s']

describeWithServices('our own image', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  let image: OwnImage
  let folder: string
  beforeAll(async () => {
    scene = await openScene()
    shareSocket(scene.engine.host)
    image = await buildOwnImage(scene.engine.host)
  })
  beforeEach(() => {
    folder = mkdtempSync(join(scene.configFile, '../contained-'))
  })
  afterEach(async () => {
    await endContained(scene.engine.host)
    rmSync(folder, { recursive: true, force: true })
    await scene.reset()
  })
  afterAll(() => scene?.close())

  const begin = (options: Pick<ContainedOptions, 'example' | 'service' | 'project'>) =>
    startContained({ engineHost: scene.engine.host, image: image.name, folder, ...options })

  /** As `docker run` by hand. */
  const runOnce = async (...options: string[]) => {
    const args = ['run', '--rm', '--network', 'host', ...options, image.name, 'run', '--once', '--output', 'json']
    const { DOCKER_CONTEXT: _, ...env } = process.env
    return tryRun('docker', args, { env: { ...env, DOCKER_HOST: scene.engine.host } })
  }

  const decided = (contained: Contained, web: { readonly id: string }, code: string) =>
    waitUntil(`${code} is decided for ${web.id}`, async () => about(await contained.status(), web).code === code)

  /** How its rollouts ended, newest first. */
  const outcomes = async (contained: Contained) => (await contained.history()).flatMap(({ outcome = [] }) => outcome)

  /** A Compose project as people have it: root's, readable for all. Its files and its folder are on the same path inside. */
  const stageShop = (more = ''): StagedProject => {
    const shop = stageProject(scene, registry)
    const labels = `labels: { longshore.watch: "true", longshore.gate.min-uptime: ${outlastsEnds}, longshore.gate.deadline: 20s }`
    const text = 'services:\n  web: # the shop\n    image: "<image>" # by hand\n    restart: always\n    <labels>\n'
    writeFiles(shop, { 'compose.yaml': `${text}${more}` }, { '<labels>': labels })
    chmodSync(shop.folder, 0o755)
    chmodSync(shop.path('compose.yaml'), 0o644)
    return shop
  }
  const mountOf = ({ folder: mounted }: StagedProject): string => `${mounted}:${mounted}`

  const runs = (web: StagedWorkload, wanted: string) =>
    waitUntil(`${web.name} runs the new image`, async () => {
      const { Image, State } = await web.inspect()
      return Image === wanted && State.Status === 'running'
    })

  test('says what it is, and adds to its base the program, docker and Compose, and nothing else', async () => {
    const [found] = JSON.parse(await scene.docker('image', 'inspect', image.name))
    const [base] = JSON.parse(await scene.docker('image', 'inspect', image.base))

    expect(found.Config).toMatchObject({
      User: '10001:10001',
      StopSignal: 'SIGTERM',
      Volumes: { '/var/lib/longshore': {} },
      Entrypoint: ['longshore'],
      Cmd: ['run'],
      Healthcheck: { Test: ['CMD', 'longshore', 'health'] },
      Labels: {
        'org.opencontainers.image.title': 'Longshore',
        'org.opencontainers.image.licenses': 'Apache-2.0',
        'org.opencontainers.image.version': image.version,
        'org.opencontainers.image.revision': testRevision,
      },
    })
    const list = 'find /opt/longshore /home/longshore /usr/local/libexec -type f; stat -c "%a %u" /var/lib/longshore'
    const files = await scene.docker('run', '--rm', '--entrypoint', 'sh', image.name, '-c', list)
    const notOurs = files
      .split('\n')
      .filter((line) => !/^\/opt\/longshore\/(dist\/.*\.js|LICENSE|package\.json)$/.test(line))
    expect(notOurs).toEqual(['/usr/local/libexec/docker/cli-plugins/docker-compose', '700 10001'])
    const size = 'du -s -b /opt/longshore | cut -f 1'
    const bytes = Number(await scene.docker('run', '--rm', '--entrypoint', 'sh', image.name, '-c', size))
    expect(bytes).toBeLessThan(5_000_000)
    expect(found.RootFS.Layers.slice(0, base.RootFS.Layers.length)).toEqual(base.RootFS.Layers)
    expect(await scene.docker('run', '--rm', image.name, '--version')).toBe(image.version)
    expect(await scene.docker('run', '--rm', '--entrypoint', 'docker', image.name, 'compose', 'version')).toMatch(
      / v?2\./,
    )
  })

  test('does the main job as compose.yaml starts it, knows itself, and keeps its state when it is recreated', async () => {
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1' })
    await web.start(...quickGate, ...byHand)
    const contained = await begin({
      example: 'compose.yaml',
      service: {
        environment: { LONGSHORE_POLL_INTERVAL: '1h' },
        volumes: [socketMount(scene.engine.host)],
        labels: { 'longshore.watch': 'true' },
      },
    })
    await decided(contained, web, 'CURRENT')
    const self = await contained.inspect()
    expect(self.HostConfig).toMatchObject({ GroupAdd: [String(socketGroup)], ReadonlyRootfs: true, CapDrop: ['ALL'] })
    await contained.untilHealth('healthy')
    expect((await contained.status()).workloads.filter(({ code }) => code === 'SELF')).toHaveLength(1)

    const v2 = await web.push({ version: 'v2' })
    expect(await contained.longshore('deploy', web.name)).toMatchObject({ code: 0 })
    expect((await web.inspect()).Image).toBe(v2.configDigest)
    await decided(contained, web, 'CURRENT')

    await web.push({ version: 'v3', behaviour: 'unhealthy' })
    await contained.compose('up', '--detach', '--no-deps', '--force-recreate', 'longshore')
    const recreated = await contained.inspect()
    expect(recreated.Id).not.toBe(self.Id)
    await decided(contained, web, 'QUARANTINED')
    expect((await web.inspect()).Image).toBe(v2.configDigest)
    expect((await contained.status()).hold).toBeNull()
    expect(await outcomes(contained)).toEqual(['rolled-back', 'succeeded'])
    expect((await contained.inspect()).Id).toBe(recreated.Id)

    const askedAt = performance.now()
    await contained.compose('stop', '--timeout', '30', 'longshore')
    expect(performance.now() - askedAt).toBeLessThan(10_000)
    expect((await contained.inspect()).State).toMatchObject({ Status: 'exited', ExitCode: 0 })
  })

  test('rolls out Compose services whose folder is mounted, and leaves its own alone', async () => {
    const shop = stageShop()
    await shop.push({ version: 'v1', healthcheck: false })
    await shop.byHand('up', '--detach')
    const contained = await begin({
      example: 'compose.yaml',
      service: {
        environment: { LONGSHORE_POLL_INTERVAL: '1h' },
        volumes: [socketMount(scene.engine.host), mountOf(shop)],
        labels: { 'longshore.watch': 'true' },
      },
    })
    const self = await contained.inspect()
    const { id } = shop.workload()
    const isUntouched = async (files: ReturnType<typeof shop.snapshot>, instance: string) => {
      expect(shop.snapshot()).toEqual(files)
      expect(await shop.upByHand()).toEqual([])
      expect((await shop.instance()).Id).toBe(instance)
    }
    await decided(contained, shop.workload(), 'CURRENT')
    const before = shop.snapshot()

    const v2 = await shop.push({ version: 'v2', healthcheck: false })
    expect(await contained.longshore('deploy', id)).toMatchObject({ code: 0 })
    const second = await shop.instance()
    expect(second.Image).toBe(v2.configDigest)
    await isUntouched(before, second.Id)

    await shop.push({ version: 'v3', behaviour: 'exits', healthcheck: false })
    expect(await contained.longshore('deploy', id)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('rolled back'),
    })
    const third = await shop.instance()
    expect(third.Image).toBe(v2.configDigest)
    await isUntouched(before, third.Id)

    // Another tag means another text, which root's file does not take from the user of the container.
    const v4 = await shop.push({ version: 'v4', tag: 'v4', healthcheck: false })
    const { code, stdout } = await contained.longshore('pin', id, 'v4')
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: expect.stringMatching(/^held: ".*\/compose\.yaml" cannot be written: .*\(10001\) may not write there$/m),
    })
    await isUntouched(before, third.Id)
    expect(await outcomes(contained)).toEqual(['rolled-back', 'succeeded'])

    const written = shop.read('compose.yaml').toString()
    chownSync(shop.path('compose.yaml'), 10_001, 10_001)
    expect(await contained.longshore('pin', id, 'v4')).toMatchObject({ code: 0 })
    const fourth = await shop.instance()
    expect(fourth).toMatchObject({ Image: v4.configDigest, Config: { Image: shop.image('web', 'v4') } })
    expect(shop.read('compose.yaml').toString()).toBe(written.replace(':latest', ':v4'))
    await isUntouched(shop.snapshot(), fourth.Id)

    // An edit in the middle stays, and the way back needs no place beside the file, whose folder is root's.
    await shop.push({ version: 'v5', tag: 'v4', behaviour: 'unhealthy' })
    expect(await contained.longshore('deploy', id, '--no-wait')).toMatchObject({ code: 0 })
    await waitUntil('the bad version runs', async () => (await shop.instance()).Image !== v4.configDigest)
    const edited = `${shop.read('compose.yaml').toString()}# more\n`
    shop.write('compose.yaml', edited)
    await waitUntil('it went back', async () => (await outcomes(contained))[0] === 'rolled-back')
    const fifth = await shop.instance()
    expect(fifth).toMatchObject({ Image: v4.configDigest, State: { Status: 'running' } })
    expect(shop.read('compose.yaml').toString()).toBe(edited)
    await isUntouched(shop.snapshot(), fifth.Id)

    expect(about(await contained.status(), { id: 'local/compose/longshore/longshore' })).toMatchObject({ code: 'SELF' })
    expect((await contained.inspect()).Id).toBe(self.Id)
  })

  test('is not well when its process hangs, and when none runs', async () => {
    const contained = await begin({
      example: 'compose.yaml',
      service: {
        volumes: [socketMount(scene.engine.host)],
        healthcheck: { interval: '500ms', retries: 1 },
      },
    })
    await contained.untilHealth('healthy')
    expect(await contained.longshore('health')).toMatchObject({ code: 0 })

    // Nobody wants to wait until the mark of a stopped process is old.
    const stopAndAge =
      'kill -STOP $(pidof node | tr " " "\\n" | sort -n | head -n 1) && touch -d @0 /var/lib/longshore/longshore.beat'
    await contained.compose('exec', '-T', 'longshore', 'sh', '-c', stopAndAge)

    await contained.untilHealth('unhealthy')
    expect(await contained.longshore('health')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('SERVICE_SILENT'),
    })
    const alone = tryRun('docker', ['--host', scene.engine.host, 'run', '--rm', image.name, 'health'])
    expect(await alone).toMatchObject({ code: 1, stderr: expect.stringContaining('no longshore runs') })
  })

  test('works as root, and says what is missing where the user is not in the group of the socket', async () => {
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', healthcheck: false })
    await web.start(...quickGate, ...byHand)
    const v2 = await web.push({ version: 'v2', healthcheck: false })
    const socket = ['--volume', socketMount(scene.engine.host)]

    expect(await runOnce(...socket)).toMatchObject({ code: 1, stdout: expect.stringContaining('TARGET_FORBIDDEN') })
    expect(await runOnce(...socket, '--user', 'root')).toMatchObject({ code: 0 })

    expect((await web.inspect()).Image).toBe(v2.configDigest)
  })

  test('signs in to a private registry as compose.private-registry.yaml says it', async () => {
    const guarded = await startRegistry({ auth: 'htpasswd' })
    try {
      const { user = '', password = '' } = guarded.credentials ?? {}
      const web = stageWorkload(scene, guarded)
      await web.push({ version: 'v1', healthcheck: false })
      const signedIn = join(folder, 'docker')
      await tryRun('docker', [
        '--config',
        signedIn,
        'login',
        '--username',
        user,
        '--password',
        password,
        guarded.address,
      ])
      await tryRun('docker', ['--config', signedIn, '--host', scene.engine.host, 'pull', '--quiet', web.image])
      await web.start(...quickGate, ...byHand)
      const v2 = await web.push({ version: 'v2', healthcheck: false })
      const secret = join(folder, 'registry-password')
      writeFileSync(secret, `${password}\n`, { mode: 0o400 })
      chownSync(secret, 10_001, 10_001)
      // The file of the example, with the registry of this stage in the place of its own.
      const config = parse(readFileSync('examples/longshore.yml', 'utf8'))
      const registries = [{ ...config.registries[0], host: guarded.address, username: user }]
      const file = join(folder, 'longshore.yml')
      writeFileSync(file, JSON.stringify({ ...config, registries }), { mode: 0o644 })

      const contained = await begin({
        example: 'compose.private-registry.yaml',
        service: { volumes: [socketMount(scene.engine.host), `${file}:/etc/longshore/longshore.yml:ro`] },
        project: { secrets: { 'registry-password': { file: secret } } },
      })

      await runs(web, v2.configDigest)
      expect(JSON.stringify(await contained.inspect()) + (await contained.log())).not.toContain(password)
    } finally {
      await guarded.stop()
    }
  })

  test('needs of a proxy the listed rights, each of them, and no other', async () => {
    const proxy = await startAllowListProxy(scene.engine.host)
    try {
      const network = uniqueName('network')
      await scene.docker('network', 'create', network)
      const stopFirst = stageWorkload(scene, registry, 'stop-first')
      const startFirst = stageWorkload(scene, registry, 'start-first')
      const bad = stageWorkload(scene, registry, 'bad')
      const probed = stageWorkload(scene, registry, 'probed')
      const all = [stopFirst, startFirst, bad, probed]
      const shop = stageShop(
        `    volumes: [data:/data]
    networks: [default, shared]
    secrets: [key]
volumes: { data: }
networks: { shared: { name: ${network}, external: true } }
secrets: { key: { environment: KEY } }
`,
      )
      shop.write('.env', 'KEY=the-secret-of-the-shop\n')
      await shop.push({ version: 'v1', healthcheck: false })
      await shop.byHand('up', '--detach')
      const { configDigest: shopNext } = await shop.push({ version: 'v2', healthcheck: false })
      for (const web of all) await web.push({ version: 'v1', healthcheck: web !== probed })
      await startFirst.start('--network', network)
      for (const web of [stopFirst, bad, probed]) await web.start('--restart', 'unless-stopped')
      const inside = ['--network', `container:${stopFirst.name}`, '--env', 'PORT=9001', '--stop-timeout', '1']
      await scene.docker('run', '--detach', '--name', `${stopFirst.name}-inside`, ...inside, stopFirst.image)
      await waitUntil(
        'version 1 is healthy',
        async () => (await startFirst.inspect()).State.Health?.Status === 'healthy',
      )
      const good = [stopFirst, startFirst, probed]
      const next = await Promise.all(
        good.map((web) =>
          web.push({ version: 'v2', healthcheck: web !== probed }).then(({ configDigest }) => configDigest),
        ),
      )
      const before = await bad.inspect()
      await bad.push({ version: 'v2', behaviour: 'exits', healthcheck: false })
      const example = parse(readFileSync('examples/longshore.socket-proxy.yml', 'utf8'))
      const config = {
        targets: [{ ...example.targets[0], host: proxy.host, maxParallel: 5 }],
        defaults: { gate: { stable: '500ms', minUptime: outlastsEnds, deadline: '20s' }, keepOld: '0s', keepImages: 0 },
        workloads: [{ match: { name: probed.name }, gate: { probe: { exec: ['true'] } } }],
      }
      const file = join(folder, 'longshore.yml')
      writeFileSync(file, JSON.stringify(config), { mode: 0o644 })

      const contained = await begin({
        example: 'compose.socket-proxy.yaml',
        // The networks of the example lead to its own proxy.
        service: { networks: null, volumes: [`${file}:/etc/longshore/longshore.yml:ro`, mountOf(shop)] },
      })

      for (const [index, web] of good.entries()) await runs(web, next[index] ?? '')
      await waitUntil('the service runs the new image', async () => (await shop.instance()).Image === shopNext)
      await decided(contained, shop.workload(), 'CURRENT')
      await shop.push({ version: 'v3', behaviour: 'exits', healthcheck: false })
      expect(await contained.longshore('deploy', shop.workload().id)).toMatchObject({
        code: 1,
        stdout: expect.stringContaining('rolled back'),
      })
      const back = await shop.instance()
      expect(back).toMatchObject({ Image: shopNext, State: { Status: 'running' } })
      expect(await scene.docker('exec', back.Id, 'cat', '/run/secrets/key')).toBe('the-secret-of-the-shop')
      expect(await shop.upByHand()).toEqual([])
      await decided(contained, bad, 'QUARANTINED')
      expect((await bad.inspect()).Id).toBe(before.Id)
      const isAllUsed = () => proxy.used.size === engineRights.length
      // The comparison below says which was not.
      await waitUntil('every right was used', isAllUsed, { limitMs: 15_000 }).catch(() => undefined)
      expect([...proxy.used].toSorted()).toEqual(engineRights.map(formatRight).toSorted())
      // Whether there is a Swarm is asked now and then, and who lets nothing through has none.
      expect(proxy.refused.filter((each) => !/\/services(\?|$)/.test(each))).toEqual([])
      await contained.untilHealth('healthy')
    } finally {
      await proxy.close()
    }
  })
})
