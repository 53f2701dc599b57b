import { randomUUID } from 'node:crypto'
import type { App } from './app/app.ts'
import { createControl } from './app/words/create-control.ts'
import { createEventChecks } from './app/events/check-events.ts'
import { createSenderCounts } from './app/events/sender-counts.ts'
import { createEventTally } from './app/events/event-tally.ts'
import { createGroupSlots } from './app/groups/group-slots.ts'
import { createStateKeeper } from './app/passes/keep-state.ts'
import { createNudges } from './app/passes/nudges.ts'
import { createOverview } from './app/answers/overview.ts'
import { readMetrics } from './app/answers/read-metrics.ts'
import { readProgress, type FollowedControl } from './app/answers/read-progress.ts'
import { readEvents } from './app/answers/read-events.ts'
import { createReadiness } from './app/answers/read-readiness.ts'
import { pollQueues } from './app/events/poll-queues.ts'
import { openProvenNetworks } from './app/events/proven-networks.ts'
import { createReceiver } from './app/events/receive-event.ts'
import { createShowsSecret } from './app/events/shown-secret.ts'
import { createRolloutCounts } from './app/rollouts/rollout-counts.ts'
import { wasEndedByUs } from './app/sets/ended-by-us.ts'
import { wasToRun } from './app/sets/was-to-run.ts'
import type { MetricsService, OpenApp, PublicService } from './cli/doors.ts'
import { createCompose } from './clients/compose/compose.ts'
import { createLocalCommands } from './clients/local/local-commands.ts'
import type { Config } from './config/config.ts'
import { loadLiveConfig } from './config/load.ts'
import { readGuardedFile } from './config/read-guarded-file.ts'
import { queues } from './jobs/index.ts'
import { systemClock } from './lib/clock.ts'
import { createLog } from './lib/log.ts'
import type { Store } from './store/store.ts'
import { openEventQueues, openEventSources } from './wire-events.ts'
import { openGitlabHosts } from './wire-gitlab-hosts.ts'
import { openLiveRegistries } from './wire-live-registries.ts'
import type { Network } from './wire-oci-client.ts'
import { createPolicies } from './wire-policies.ts'
import { openRegistries } from './wire-registries.ts'
import { openStore } from './wire-state.ts'
import { openEngine } from './targets/engine/open-engine.ts'
import * as targets from './targets/index.ts'
import type { Target } from './targets/target.ts'

export interface OpenOptions {
  readonly configFile: string | undefined
  readonly stateFolder: string | undefined
  readonly env: NodeJS.ProcessEnv
  /** What will be done with the state: one `owner` at a time decides and rolls out. */
  readonly access: 'owner' | 'reader' | 'visitor'
  /** Whether a state that cannot be used is replaced by a backup; refused unless told so. */
  readonly replacesState?: boolean
  /** Takes the lines of the log. */
  readonly writeLog: (line: string) => void
  readonly onProgress?: App['onProgress']
  readonly onJournal?: App['onJournal']
}

/** How many scans run at a time for each registry host. */
const scansMax = 64

/** Builds everything from the configuration. The only place that knows which parts there are. */
export async function openApp(options: OpenOptions): Promise<OpenApp> {
  const { configFile: file, stateFolder: state, env, access } = options
  const { config, secretFiles, rereadRegistries } = await loadLiveConfig({ file, state, env })
  const clock = systemClock
  const log = createLog(config.log.level, config.log.format, options.writeLog)
  const store = await openStore(config, {
    access,
    replaces: options.replacesState === true,
    log,
    now: () => clock.now(),
  })
  const network = { env, log, certsFolder: config.dockerCertsFolder }
  const gitlab = await openGitlabHosts(config, network, rereadRegistries)
  const secrets = { versions: secretFiles, reread: rereadRegistries }
  const images = openLiveRegistries(() => {
    const { registries } = gitlab.settled()
    return openRegistries({ ...config, registries, secrets }, clock, network)
  })
  const opened = config.targets.flatMap((each) => openTargets(each, config, env, store))
  const app: App = {
    store,
    targets: opened,
    registryFor: images.registryFor,
    registryPauses: images.registryPauses,
    registryStanding: images.registryStanding,
    policyFor: createPolicies(),
    pullAuth: images.pullAuth,
    rules: () => gitlab.settled().rules,
    guessedHosts: () => gitlab.settled().guessed,
    defaults: config.defaults,
    groups: config.groups,
    groupSlots: createGroupSlots(),
    limits: new Map(config.targets.map((each) => [each.name, each])),
    watchMode: config.watch,
    pollIntervalMs: config.pollIntervalMs,
    clock,
    random: Math.random,
    newId: randomUUID,
    log,
    nudges: createNudges(),
    overview: createOverview(),
    lastLooks: new Map(),
    looksWanted: new Map(),
    lookUps: new Map(),
    runHere: createLocalCommands(env),
    ...(config.eventQueues.length > 0 && { eventQueues: openEventQueues(config.eventQueues, network) }),
    ...(access === 'owner' &&
      config.listen !== null && {
        senderCounts: createSenderCounts(
          config.events.map(({ name }) => name),
          clock,
        ),
      }),
    ...(access === 'owner' && { rolloutCounts: createRolloutCounts(config.targets.map(({ name }) => name)) }),
    ...(access === 'owner' && { keeper: createStateKeeper({ store, clock, log }) }),
    ...(options.onProgress && { onProgress: options.onProgress }),
    ...(options.onJournal && { onJournal: options.onJournal }),
  }
  const closing = new AbortController()
  if (access === 'owner') {
    const takeUp = (): void => {
      images.reopen()
      app.nudges.send({ kind: 'decide', workload: null })
    }
    void gitlab.askOn(clock, takeUp, closing.signal)
  }
  const control: FollowedControl = {
    ...createControl(app),
    progress: (workload) => readProgress(app, workload),
    events: (query) => readEvents(app, query),
  }
  return {
    app,
    queue: queues.local({
      scan: scansMax,
      rollout: (lane) => config.targets.find(({ name }) => lane === `rollout:${name}`)?.maxParallel ?? 1,
    }),
    control,
    serveControl: () => serveControl(app, control, config.stateFolder),
    servePublic: (late) => servePublic(app, config, network, late),
    serveMetrics: () => serveMetrics(app, config),
    registries: () => gitlab.settled().registries,
    close: () => {
      closing.abort()
      gitlab.close()
      return closeAll(app, images, store)
    },
  }
}

/** Loaded by the service alone. */
async function serveControl({ log }: App, control: FollowedControl, folder: string) {
  const { openControlServer } = await import('./api/control-server.ts')
  return openControlServer({ control, folder, log })
}

/** Loaded where the configuration asks for it. */
async function serveMetrics(app: App, { metrics }: Config): Promise<MetricsService | null> {
  if (metrics === null) return null
  const { openMetricsServer } = await import('./api/metrics/metrics-server.ts')
  return openMetricsServer({ ...app, read: () => readMetrics(app), readFile: readCertificate }, metrics)
}

/** Who writes these lets others listen in our name. */
const readCertificate = (path: string): Promise<string> => readGuardedFile(path, 1024 * 1024)

/** The HTTP server is loaded where it is asked for: most commands never need it. */
async function servePublic(
  app: App,
  { listen, events }: Config,
  network: Network,
  late: () => readonly string[],
): Promise<PublicService | null> {
  const polled = app.eventQueues ?? []
  if (listen === null && polled.length === 0) return null
  const tally = createEventTally()
  const checks = createEventChecks({ ...app, tally })
  const heard = { tally, onNews: checks.take, onDoubt: checks.readAnew }
  const followEvents = async (stop: AbortSignal): Promise<void> => {
    await Promise.all([checks.run(stop), pollQueues({ ...app, ...heard, queues: polled }, stop)])
    for (const { queue } of polled) queue.close()
  }
  if (listen === null) return { address: null, followEvents, close: async () => {} }
  const opened = openEventSources(events, network)
  const receive = createReceiver({
    ...app,
    ...heard,
    sources: opened.sources,
    ...(app.senderCounts && { counts: app.senderCounts }),
  })
  const { openPublicServer } = await import('./api/public-server.ts')
  const readiness = createReadiness(app)
  const server = await openPublicServer(
    {
      ...app,
      receive,
      showsSecret: createShowsSecret(opened.sources),
      proven: await openProvenNetworks(app),
      readiness,
      late,
      readFile: readCertificate,
      origins: opened.origins,
    },
    listen,
  )
  const close = async (): Promise<void> => {
    await server.close()
    opened.close()
  }
  return { address: server.address, followEvents, close }
}

/** What runs workloads on one engine: plain containers, Compose services and those of its Swarm, over one connection. */
function openTargets(
  { name, host, allowInsecure }: Config['targets'][number],
  { compose: settings, composeServices, ensured, stateFolder }: Config,
  environment: NodeJS.ProcessEnv,
  store: Store,
): readonly Target[] {
  const engine = openEngine({ name, host, allowInsecure })
  const compose = createCompose({ engineHost: host, allowRemote: settings.allowRemote, environment })
  const options = { ...settings, compose, configured: composeServices, spareFolder: stateFolder }
  const composed = targets.compose(engine, options, (down) => wasToRun(store, down))
  const own = ensured.filter((each) => each.target === name)
  const plain = targets.container(engine, own, composed.remaking, (...run) => wasEndedByUs(store, ...run))
  return [plain, composed, targets.swarm(engine)]
}

async function closeAll(app: App, images: { close(): void }, store: { close(): Promise<void> }): Promise<void> {
  for (const target of app.targets) target.close()
  images.close()
  await app.keeper?.end()
  await store.close()
}
