import type { App } from '../../src/app/app.ts'
import type { AppError } from '../../src/errors.ts'
import { createGroupSlots } from '../../src/app/groups/group-slots.ts'
import { createNudges } from '../../src/app/passes/nudges.ts'
import { createOverview } from '../../src/app/answers/overview.ts'
import type { Digest } from '../../src/image/digest.ts'
import { createLocalQueue } from '../../src/jobs/local.ts'
import { createLog } from '../../src/lib/log.ts'
import type { Registry } from '../../src/registries/registry.ts'
import type { RolloutFacts } from '../../src/rollout/facts.ts'
import type { Target, Workload } from '../../src/targets/target.ts'
import { createPolicies } from '../../src/wire-policies.ts'
import { startManualClock } from './clock.ts'
import { described, digest, settings, workload } from './decide-input.ts'
import { createMemoryStore } from './store.ts'

/** What a rollout finds whose old instance somebody removed: it ends at once, and changes nothing. */
const nothing: RolloutFacts = {
  old: null,
  new: null,
  candidateImage: null,
  tagImage: null,
  isTagShared: false,
  isProtected: false,
  nameHolder: null,
}

/** A workload of its own repository at a host. */
export const workloadAt = (host: string, name: string, running: Digest): Workload => ({
  ...workload,
  id: `local/container/${name}`,
  name,
  instance: `instance-${name}`,
  image: `${host}/${name}:1`,
  labels: { 'longshore.watch': 'true' },
  repositoryDigests: [`${host}/${name}@${running}`],
})

/**
 * An app over a target and registries that a test scripts: what the target shows, and what each repository's tag names.
 * A rollout ends as superseded at once, unless `facts` say otherwise.
 */
export function startFollowed(workloads: readonly Workload[], limits: Record<string, number> = {}) {
  const clock = startManualClock()
  const store = createMemoryStore()
  const stop = new AbortController()
  const lines: string[] = []
  let onChange: () => void = () => {}
  let ids = 0
  const world = {
    clock,
    store,
    lines,
    workloads,
    facts: nothing,
    /** By repository, or by repository and tag: `web`, `web:2`. */
    tags: new Map<string, Digest>(),
    /** All tags, by repository; `1` alone where none are given. */
    lists: new Map<string, readonly string[]>(),
    /** What the registry answers instead, by repository and tag, or by repository alone for its list. */
    refusals: new Map<string, AppError>(),
    /** Platforms other than linux/amd64, by digest. */
    platforms: new Map<Digest, string>(),
    hold: {
      resolve: async (_repository: string): Promise<void> => {},
      describe: async (_repository: string): Promise<void> => {},
      observe: async (_workload: string): Promise<void> => {},
    },
    /** What the target and the registries were asked, in order. */
    asked: [] as string[],
    ring: () => onChange(),
  }
  const registry: Registry = {
    kind: 'fake',
    async listTags({ repository }) {
      world.asked.push(`list ${repository}`)
      const refusal = world.refusals.get(repository)
      if (refusal !== undefined) throw refusal
      return world.lists.get(repository) ?? ['1']
    },
    close: () => {},
    async resolve({ repository }, tag) {
      world.asked.push(`resolve ${repository}${world.lists.has(repository) ? `:${tag}` : ''}`)
      await world.hold.resolve(repository)
      const refusal = world.refusals.get(`${repository}:${tag}`)
      if (refusal !== undefined) throw refusal
      const found = world.tags.get(`${repository}:${tag}`) ?? world.tags.get(repository) ?? digest('0')
      return { mediaType: '', digest: found, sizeBytes: null }
    },
    async describe({ repository }, of) {
      await world.hold.describe(repository)
      if (world.platforms.has(of)) world.asked.push(`describe ${repository}`)
      return described(of, digest('2'), world.platforms.get(of))
    },
    readConfig: async () => ({}),
  }
  const target: Target = {
    name: 'local',
    kind: 'container',
    procedure: 'replace',
    listWorkloads: async () => world.workloads,
    async observe(rollout) {
      world.asked.push(`observe ${rollout.workload}`)
      await world.hold.observe(rollout.workload)
      return world.facts
    },
    apply: async () => {},
    capture: async () => ({}),
    readLogTail: async () => '',
    findRollouts: async () => [],
    previewSettings: async () => [],
    waitUntilAvailable: async () => {},
    async watch(callBack, signal) {
      onChange = () => callBack({ kind: 'resync' })
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    },
    close: () => {},
  }
  const app: App = {
    store,
    targets: [target],
    registryFor: () => registry,
    policyFor: createPolicies(),
    pullAuth: async () => null,
    rules: () => [],
    defaults: settings,
    groups: new Map(),
    groupSlots: createGroupSlots(),
    limits: new Map(),
    watchMode: 'labelled',
    pollIntervalMs: 300_000,
    clock,
    random: () => 0.5,
    newId: () => `rollout-${++ids}`,
    nudges: createNudges(),
    overview: createOverview(),
    lastLooks: new Map(),
    looksWanted: new Map(),
    lookUps: new Map(),
    log: createLog('debug', 'plain', (line) => lines.push(line)),
  }
  return { ...world, world, app, queue: createLocalQueue(limits), stop }
}
