import { randomUUID } from 'node:crypto'
import type { Digest } from '../../src/image/digest.ts'
import { noHooks } from '../../src/rollout/hooks.ts'
import type { EffectKind, Order, ReplaceFacts, Rollout } from '../../src/rollout/rollout.ts'
import { createDockerTarget, type DockerTarget } from '../../src/targets/docker/docker-target.ts'
import { openEngine } from '../../src/targets/engine/open-engine.ts'
import { docker } from '../services/docker.ts'
import { startEngine } from '../services/engine.ts'
import type { ImageSettings } from '../services/image-content.ts'
import { pushImage, type PushedImage } from '../services/images.ts'
import { startRegistry, type Registry } from '../services/registry.ts'

/** A real engine and registry with one workload's worth of names that no other test uses. */
export interface DockerStage {
  readonly target: DockerTarget
  readonly host: string
  readonly registry: Registry
  readonly signal: AbortSignal
  /** A name for a container, network or repository of one test. */
  fresh(what: string): string
  cli(...args: string[]): Promise<string>
  push(repository: string, settings: ImageSettings & { readonly platforms?: readonly string[] }): Promise<PushedImage>
  /** Runs a container of an image just pushed and plans its move to `to`. */
  plan(given: PlanOptions): Promise<Rollout>
  /** Brings effects about, each twice: the second time has to change nothing. */
  bring(rollout: Rollout, ...effects: EffectKind[]): Promise<ReplaceFacts>
  close(): Promise<void>
}

export interface PlanOptions {
  readonly name: string
  readonly from: PushedImage
  readonly to: Digest
  readonly order?: Order
  /** Of `docker run`. */
  readonly options?: readonly string[]
}

/** The engine of LONGSHORE_TEST_DOCKER when that names one, else one of its own. */
export async function setDockerStage(): Promise<DockerStage> {
  const given = process.env['LONGSHORE_TEST_DOCKER']
  const engine = given === undefined ? await startEngine() : { host: given, stop: () => Promise.resolve() }
  const registry = await startRegistry()
  const target = createDockerTarget(openEngine({ name: 'local', host: engine.host }))
  const { signal } = new AbortController()
  const mark = `lt-${randomUUID().slice(0, 6)}`
  const cli = (...args: string[]) => docker(engine.host, ...args)

  return {
    target,
    host: engine.host,
    registry,
    signal,
    cli,
    fresh: (what) => `${mark}-${what}`,
    push: (repository, settings) => pushImage(registry, { repository, tag: '1', ...settings }),
    async plan({ name, from, to, order = 'stop-first', options = [] }) {
      await cli('pull', '-q', from.reference)
      const oldInstance = await cli(
        'run',
        '-d',
        '--name',
        name,
        '--restart',
        'unless-stopped',
        ...options,
        from.reference,
      )
      const fromImage = await cli('inspect', '-f', '{{.Image}}', name)
      return makeRollout({ name, oldInstance, fromImage, image: from.reference, digest: to, order })
    },
    async bring(rollout, ...effects) {
      for (const effect of effects) {
        await target.apply(rollout, effect, { signal })
        await target.apply(rollout, effect, { signal })
      }
      return target.observe(rollout, signal)
    },
    async close() {
      const ids = (await cli('ps', '-aq', '--filter', `name=${mark}`)).split('\n').filter(Boolean)
      if (ids.length > 0) await cli('rm', '-fv', ...ids)
      const networks = (await cli('network', 'ls', '-q', '--filter', `name=${mark}`)).split('\n').filter(Boolean)
      if (networks.length > 0) await cli('network', 'rm', ...networks)
      if (given !== undefined) await removeImages(cli, registry.address)
      target.close()
      await registry.stop()
      await engine.stop()
    },
  }
}

async function removeImages(cli: DockerStage['cli'], address: string): Promise<void> {
  const format = '{{.Repository}}:{{.Tag}} {{.Repository}}@{{.Digest}} {{.ID}}'
  const lines = (await cli('images', '--digests', '--no-trunc', '--format', format)).split('\n')
  const ids = lines.filter((line) => line.startsWith(address)).map((line) => line.split(' ')[2] ?? '')
  for (const id of new Set(ids)) await cli('rmi', '-f', id)
}

interface RolloutSeed {
  readonly name: string
  readonly oldInstance: string
  readonly fromImage: string
  readonly image: string
  readonly digest: Digest
  readonly order: Order
}

export function makeRollout({ name, oldInstance, fromImage, image, digest, order }: RolloutSeed): Rollout {
  const colon = image.lastIndexOf(':')
  return {
    id: randomUUID(),
    workload: `local/container/${name}`,
    target: 'local',
    name,
    procedure: 'replace',
    oldInstance,
    stopped: null,
    removesItself: false,
    dependants: [],
    follows: null,
    scale: 1,
    image,
    fromReference: image,
    definition: null,
    repository: image.slice(0, colon),
    tag: image.slice(colon + 1),
    digest,
    fromDigest: null,
    fromImage,
    order,
    gate: { stableMs: 100, minUptimeMs: 100, deadlineMs: 10_000, restartsMax: 2, probe: null },
    restart: 'unless-stopped',
    tagBefore: fromImage,
    keepOldMs: 0,
    keepImages: 1,
    hooks: noHooks,
    policy: 'digest',
    createdAt: '2026-01-01T00:00:00.000Z',
    stage: 'forward',
    outcome: null,
    reason: null,
    candidateAtFault: false,
    step: 'J0',
    attempted: [],
    failures: [],
    hookResults: [],
    gateProgress: null,
    proven: [],
    checkProgress: null,
    toImage: null,
    gapMs: null,
    logTail: null,
    keepUntil: null,
    endedAt: null,
  }
}
