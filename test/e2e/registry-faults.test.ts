import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startFakeRegistry, type FakeRegistry } from '../fakes/registry.ts'
import type { Fault, RequestKind } from '../fakes/registry/faults.ts'
import { pushImage } from '../services/images.ts'
import { describeWithServices } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { openGround, type Ground } from './stage/ground.ts'

interface Case {
  /** What the registry does, and the name of the container. */
  readonly does: string
  /** Any request when left out. */
  readonly on?: RequestKind
  readonly fault: Fault
  readonly code: string
  readonly says: RegExp
  /** Whether what is pushed is an index. */
  readonly isIndex?: boolean
}

const nobodys = `sha256:${'0'.repeat(64)}`
const refusal = (code: number, complaint: string): Fault => ({
  kind: 'status',
  status: code,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ errors: [{ code: complaint, message: 'no' }] }),
})
const htmlType = { 'content-type': 'text/html' }
const webPage: Fault = { kind: 'status', status: 200, headers: htmlType, body: '<title>Sign in</title>' }

/** The look itself fails: the age of the last good one is told. */
const looks: readonly Case[] = [
  look('revokes-the-credentials', refusal(401, 'UNAUTHORIZED'), 'REGISTRY_UNAUTHORIZED', /answered 401/),
  look('forbids', refusal(403, 'DENIED'), 'REGISTRY_FORBIDDEN', /answered 403/),
  look('loses-the-tag', refusal(404, 'MANIFEST_UNKNOWN'), 'REGISTRY_NOT_FOUND', /answered 404/),
  look('loses-the-repository', refusal(404, 'NAME_UNKNOWN'), 'REGISTRY_REPOSITORY_UNKNOWN', /answered 404/),
  look('breaks', refusal(500, 'UNKNOWN'), 'REGISTRY_UNAVAILABLE', /answered 500/),
  look('is-overloaded', refusal(503, 'UNAVAILABLE'), 'REGISTRY_UNAVAILABLE', /answered 503/),
  look('hangs', { kind: 'hang' }, 'REGISTRY_UNAVAILABLE', /did not answer in time/),
  look('hangs-up', { kind: 'reset' }, 'REGISTRY_UNAVAILABLE', /broke the connection off/),
  look('names-no-digest', { kind: 'wrong-digest', digest: 'sha256:abc' }, 'REGISTRY_INTEGRITY', /digest/),
  look('answers-a-web-page', webPage, 'REGISTRY_UNAVAILABLE', /with a web page, as a proxy/),
]

function look(does: string, fault: Fault, code: string, says: RegExp): Case {
  return { does, fault, code, says }
}

/** The look goes well, and what lies there is bad. */
const contents: readonly Case[] = [
  { does: 'names-a-digest-it-lacks', on: 'head', fault: { kind: 'wrong-digest', digest: nobodys }, code: 'REGISTRY_NOT_FOUND', says: /answered 404/ },
  { does: 'lies-about-the-manifest', on: 'get', fault: { kind: 'lying-body' }, code: 'REGISTRY_INTEGRITY', says: /digest/ },
  { does: 'lies-about-the-index', on: 'get', fault: { kind: 'lying-body' }, code: 'REGISTRY_INTEGRITY', says: /digest/, isIndex: true },
  { does: 'cuts-off', on: 'get', fault: { kind: 'truncate' }, code: 'REGISTRY_INTEGRITY', says: /cut off/ },
  { does: 'changes-the-type', on: 'get', fault: { kind: 'headers', headers: htmlType }, code: 'MANIFEST_INVALID', says: /text\/html/ },
  { does: 'deletes-the-manifest', on: 'get', fault: refusal(404, 'MANIFEST_UNKNOWN'), code: 'REGISTRY_NOT_FOUND', says: /answered 404/ },
  { does: 'sends-too-much', on: 'get', fault: { kind: 'oversized', bytes: 9 * 1024 * 1024 }, code: 'REGISTRY_TOO_LARGE', says: /larger/ },
] // prettier-ignore

interface Look {
  readonly id: string
  readonly state: string
  readonly code: string
  readonly reason: string
}

interface Rolled {
  readonly workload: string
  readonly outcome: string
  readonly code: string
  readonly reason: string
}

/** What `--output json` of run, plan and status has in common. */
interface Said {
  readonly workloads: readonly Look[]
  readonly rollouts: readonly Rolled[]
}

/** A rollout at its gate keeps the others waiting, unless several may run. */
const manyAtOnce = { targets: [{ name: 'local', maxParallel: 6 }] }

describeWithServices('a registry at fault', () => {
  let ground: Ground
  let registry: FakeRegistry

  beforeAll(async () => {
    ground = await openGround()
    registry = await startFakeRegistry()
  })

  afterAll(async () => {
    await ground?.close()
    await registry?.close()
  })

  const push = (host: FakeRegistry, name: string, version: string, isIndex = false) =>
    pushImage(
      { address: host.host },
      {
        repository: name,
        tag: 'stable',
        version,
        healthcheck: false,
        env: { PORT: '' },
        ...(isIndex && { platforms: ['linux/amd64', 'linux/arm64'] }),
      },
    )

  /** A container of version 1, that the next push leaves behind. */
  async function runContainer(host: FakeRegistry, name: string, isIndex = false): Promise<void> {
    const { reference } = await push(host, name, '1', isIndex)
    await ground.docker('run', '-d', '--name', name, '--label', 'longshore.watch=true', reference)
  }

  async function say(...args: string[]): Promise<Said & { readonly exitCode: number }> {
    const { code, stdout, stderr } = await ground.longshore([...args, '--output', 'json'])
    if (stdout === '') throw new Error(stderr)
    return { ...(JSON.parse(stdout) as Said), exitCode: code } // our own output
  }

  const find = (said: Said, name: string) => said.workloads.find((each) => each.id === `local/container/${name}`)

  const containers = async (names: readonly string[]) =>
    Object.fromEntries(
      await Promise.all(
        names.map(async (name) => {
          const { Id, Image, State } = await ground.inspect(name)
          return [name, `${Id} ${Image} ${State.Status} ${State.StartedAt}`] as const
        }),
      ),
    )

  /** Where the layer lies that is version 2's own. */
  async function lastLayer(name: string, host = registry): Promise<string> {
    const headers = { accept: 'application/vnd.oci.image.manifest.v1+json' }
    const answer = await fetch(`${host.url}/v2/${name}/manifests/stable`, { headers })
    const { layers } = (await answer.json()) as { layers: { digest: string }[] } // made by pushImage
    return `/${name}/blobs/${layers.at(-1)?.digest}`
  }

  describe('when it is asked', () => {
    const cases = [...looks, ...contents]
    const names = cases.map((each) => each.does)
    let before: Record<string, string>
    let after: Record<string, string>
    let first: Said
    let faulty: Said & { readonly exitCode: number }
    let status: Said
    let recovered: Said & { readonly exitCode: number }

    beforeAll(async () => {
      ground.configure(manyAtOnce)
      for (const { does, isIndex } of cases) await runContainer(registry, does, isIndex)
      before = await containers(names)
      first = await say('run', '--once')
      for (const { does, isIndex } of cases) await push(registry, does, '2', isIndex)
      for (const { does, on, fault } of cases) registry.fault({ ...(on && { kind: on }), path: `/${does}/` }, fault)
      faulty = await say('run', '--once')
      status = await say('status')
      after = await containers(names)
      registry.clearFaults()
      recovered = await say('run', '--once')
    })

    afterAll(() => ground.clear())

    test('all is well at first', () => {
      expect(first.workloads.map((each) => each.state)).toEqual(cases.map(() => 'current'))
    })

    test.each(cases)('$does: the workload is left alone, and unknown for a reason', ({ does, code, says }) => {
      expect(find(faulty, does)).toMatchObject({ state: 'unknown', code })
      expect(find(faulty, does)?.reason).toMatch(says)
      expect(find(status, does)).toMatchObject({ state: 'unknown', code })
      expect(after[does]).toBe(before[does])
    })

    test.each(looks)('$does: the age of the last good look is told', ({ does }) => {
      expect(find(faulty, does)?.reason).toMatch(/; last seen \d+ (s|min) ago$/)
    })

    test('nothing is rolled out meanwhile', () => {
      expect(faulty.rollouts).toEqual([])
    })

    test('every rollout goes on by itself at the next pass', () => {
      // Whole, so that a failure tells its reason.
      expect(recovered.rollouts.filter((each) => each.outcome !== 'succeeded')).toEqual([])
      expect(recovered.rollouts).toHaveLength(cases.length)
      expect(recovered.workloads.map((each) => each.state)).toEqual(cases.map(() => 'current'))
      expect(recovered.exitCode).toBe(0)
    })
  })

  describe('when the engine pulls', () => {
    const pulls = [
      { does: 'cuts-off-the-layer', fault: { kind: 'truncate' }, says: /the answer of the registry was cut off/ },
      { does: 'loses-the-layer', fault: refusal(404, 'BLOB_UNKNOWN'), says: /the registry does not have it any more/ },
      { does: 'lies-about-the-layer', fault: { kind: 'lying-body' }, says: /what came did not match its digest/ },
    ] as const satisfies readonly { does: string; fault: Fault; says: RegExp }[]
    const names = pulls.map((each) => each.does)
    let before: Record<string, string>
    let after: Record<string, string>
    let faulty: Said & { readonly exitCode: number }
    let recovered: Said & { readonly exitCode: number }

    beforeAll(async () => {
      ground.configure(manyAtOnce)
      for (const name of names) await runContainer(registry, name)
      before = await containers(names)
      // A layer of its own, that the engine does not have yet.
      for (const name of names) await push(registry, name, `2 of ${name}`)
      // What describes the image is well, so that the rollout begins: at fault is what only the engine asks for.
      for (const { does, fault } of pulls) registry.fault({ kind: 'blob', path: await lastLayer(does) }, fault)
      faulty = await say('run', '--once')
      after = await containers(names)
      registry.clearFaults()
      recovered = await say('run', '--once')
    })

    afterAll(() => ground.clear())

    test.each(pulls)('$does: the rollout fails before anything old is touched', ({ does, says }) => {
      const rollout = faulty.rollouts.find((each) => each.workload === `local/container/${does}`)
      expect(rollout).toMatchObject({ outcome: 'failed', code: 'TARGET_PULL_FAILED' })
      expect(rollout?.reason).toMatch(says)
      expect(after[does]).toBe(before[does])
      expect(find(faulty, does)).toMatchObject({ state: 'outdated' })
    })

    test('the pass ends with exit code 1', () => {
      expect(faulty.exitCode).toBe(1)
    })

    test('it is tried again, and succeeds once the registry is well', () => {
      expect(recovered.rollouts.map((each) => each.outcome)).toEqual(names.map(() => 'succeeded'))
    })
  })

  describe('one of several', () => {
    afterEach(async () => {
      registry.clearFaults()
      await ground.clear()
    })

    test('is not asked again while it wants a pause', async () => {
      const limited = await startFakeRegistry()
      const names = ['limited-1', 'limited-2', 'limited-3']
      try {
        ground.configure({ registries: [{ host: limited.host, concurrency: 1 }] })
        for (const name of names) await runContainer(limited, name)
        const before = await containers(names)
        for (const name of names) await push(limited, name, '2')
        limited.forgetRequests()
        limited.fault({}, { kind: 'status', status: 429, headers: { 'retry-after': '3600' } })

        const said = await say('run', '--once')

        expect(limited.count()).toBe(1)
        expect(said.workloads.map((each) => [each.state, each.code])).toEqual(
          names.map(() => ['unknown', 'REGISTRY_RATE_LIMITED']),
        )
        expect(await containers(names)).toEqual(before)
      } finally {
        await limited.close()
      }
    })

    test('has a pull wait for as long as it asks, asks it for nothing meanwhile, and has it go on', async () => {
      const limited = await startFakeRegistry()
      try {
        await runContainer(limited, 'asks-to-wait')
        const before = await ground.inspect('asks-to-wait')
        await push(limited, 'asks-to-wait', '2 of asks-to-wait')
        // What describes the image is answered, so that the rollout begins; the words are those of GHCR.
        const words = { code: 'TOOMANYREQUESTS', message: 'retry-after: 10s, allowed: 44000/minute' }
        const fault = { kind: 'status', status: 429, body: JSON.stringify({ errors: [words] }) } as const
        const off = limited.fault({ kind: 'blob', path: await lastLayer('asks-to-wait', limited) }, fault)
        limited.forgetRequests()

        const service = ground.start('run')
        const told = await waitUntil('the wait is told', async () => {
          const { stdout } = await ground.longshore(['why', 'asks-to-wait'])
          return stdout.includes('and waits') && stdout
        })
        off()
        const during = await ground.inspect('asks-to-wait')
        await waitUntil('it is rolled out', () => service.log().includes('succeeded'))
        service.kill('SIGTERM')
        await service.ended

        expect(told).toMatch(/at (?:step )?J1, and waits: \S+ asked to be left alone; it goes on in \d+ s/)
        expect(during.Id).toBe(before.Id)
        const pauses = limited.requests.map(({ atMs }, index, all) => atMs - (all[index - 1]?.atMs ?? atMs))
        const longest = pauses.indexOf(Math.max(...pauses))
        expect(pauses[longest]).toBeGreaterThan(9500)
        expect(limited.requests[longest]).toMatchObject({ method: 'HEAD' })
      } finally {
        await limited.close()
      }
    })

    test('holds up no other repository, nor the end of the service', async () => {
      for (const name of ['hanging', 'lively']) await runContainer(registry, name)
      for (const name of ['hanging', 'lively']) await push(registry, name, '2')
      const before = await ground.inspect('hanging')
      registry.fault({ path: '/hanging/' }, { kind: 'hang' })

      const service = ground.start('run')
      await waitUntil('the other is rolled out', () => service.log().includes('local/container/lively: current'))
      const stoppedAt = performance.now()
      service.kill('SIGTERM')
      const { code } = await service.ended

      expect(code).toBe(0)
      expect(performance.now() - stoppedAt).toBeLessThan(5000)
      expect((await ground.inspect('hanging')).Id).toBe(before.Id)
      const status = await say('status')
      expect(find(status, 'lively')).toMatchObject({ state: 'current' })
      expect(find(status, 'hanging')?.state).not.toBe('current')
    })
  })
})
