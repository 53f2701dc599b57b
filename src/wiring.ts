import { randomUUID } from 'node:crypto'
import type { App } from './app/app.ts'
import { createControl } from './app/create-control.ts'
import { createEventChecks } from './app/check-events.ts'
import { createEventTally } from './app/event-tally.ts'
import { createGroupSlots } from './app/groups/group-slots.ts'
import { createNudges } from './app/nudges.ts'
import { createOverview } from './app/overview.ts'
import { readProgress, type FollowedControl } from './app/read-progress.ts'
import { createReadiness } from './app/read-readiness.ts'
import { createReceiver } from './app/receive-event.ts'
import { createCompose } from './clients/compose/compose.ts'
import { createLocalCommands } from './clients/local/local-commands.ts'
import { createOciClient } from './clients/oci/client.ts'
import { configuredCredentials, firstOf, isIdentityToken } from './clients/oci/credentials.ts'
import { dockerConfigCredentials } from './clients/oci/docker-config.ts'
import type { Hosts } from './clients/oci/endpoint.ts'
import type { Config } from './config/config.ts'
import { loadConfig } from './config/load.ts'
import { eventSources } from './events/index.ts'
import { queues } from './jobs/index.ts'
import type { Queue } from './jobs/queue.ts'
import { systemClock } from './lib/clock.ts'
import { createLog } from './lib/log.ts'
import { loadPolicy } from './wire-policies.ts'
import { registries } from './registries/index.ts'
import { stores } from './store/index.ts'
import { openEngine } from './targets/engine/open-engine.ts'
import * as targets from './targets/index.ts'
import type { Target } from './targets/target.ts'

export interface OpenOptions {
  readonly configFile: string | undefined
  readonly stateFolder: string | undefined
  readonly env: NodeJS.ProcessEnv
  /** What will be done with the state: one `owner` at a time decides and rolls out. */
  readonly access: 'owner' | 'reader' | 'visitor'
  /** Takes the lines of the log. */
  readonly writeLog: (line: string) => void
  readonly onProgress?: App['onProgress']
  readonly onJournal?: App['onJournal']
}

export interface OpenApp {
  readonly app: App
  readonly queue: Queue
  /** What a person can say and ask, on this application. */
  readonly control: FollowedControl
  /** Listens for other processes' words at the control socket of the state, whose owner this has to be. */
  readonly serveControl: () => Promise<{ close(): Promise<void> }>
  /** Listens for events and for questions about our health; null when the configuration asks for neither. */
  readonly servePublic: (late: () => readonly string[]) => Promise<PublicService | null>
  close(): Promise<void>
}

interface PublicService {
  /** `http://127.0.0.1:8484` */
  readonly address: string
  /** Sees to what events tell, until the signal fires. */
  followEvents(stop: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** How many scans run at a time for each registry host. */
const scansMax = 64

/** Builds everything from the configuration. The only place that knows which parts there are. */
export async function openApp(options: OpenOptions): Promise<OpenApp> {
  const { configFile: file, stateFolder: state, env, access } = options
  const config = await loadConfig({ file, state, env })
  const clock = systemClock
  const log = createLog(config.log.level, config.log.format, options.writeLog)
  const digest = await loadPolicy('digest')
  const store = await stores.sqlite({ folder: config.stateFolder, access, now: () => clock.now() })
  const { registry, pullAuth } = openRegistries(config)
  const opened = config.targets.flatMap((each) => openTargets(each, config, env))
  const app: App = {
    store,
    targets: opened,
    registryFor: () => registry,
    policyFor: (text) => (text === digest.spec.text ? digest : null),
    pullAuth,
    rules: config.rules,
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
    runHere: createLocalCommands(env),
    ...(options.onProgress && { onProgress: options.onProgress }),
    ...(options.onJournal && { onJournal: options.onJournal }),
  }
  const control = { ...createControl(app), progress: (workload: string) => readProgress(app, workload) }
  return {
    app,
    queue: queues.local({
      scan: scansMax,
      rollout: (lane) => config.targets.find(({ name }) => lane === `rollout:${name}`)?.maxParallel ?? 1,
    }),
    control,
    serveControl: () => serveControl(app, control, config.stateFolder),
    servePublic: (late) => servePublic(app, config, late),
    close: () => closeAll(app, registry, store),
  }
}

/** Loaded by the service alone. */
async function serveControl({ log }: App, control: FollowedControl, folder: string) {
  const { openControlServer } = await import('./api/control-server.ts')
  return openControlServer({ control, folder, log })
}

/** The HTTP server is loaded where it is asked for: most commands never need it. */
async function servePublic(
  app: App,
  { listen, events }: Config,
  late: () => readonly string[],
): Promise<PublicService | null> {
  if (listen === null) return null
  const tally = createEventTally()
  const checks = createEventChecks({ ...app, tally })
  const sources = events.map(({ name, kind, registry, secrets }) => ({
    name,
    secrets,
    source: eventSources[kind]({ registry }),
  }))
  const receive = createReceiver({ ...app, sources, tally, onNews: checks.take })
  const { openPublicServer } = await import('./api/public-server.ts')
  const server = await openPublicServer({ ...app, receive, readiness: createReadiness(app), late }, listen)
  return { address: server.address, followEvents: checks.run, close: server.close }
}

/** What runs workloads on one engine: plain containers and Compose services, over the same connection. */
function openTargets(
  { name, host, allowInsecure }: Config['targets'][number],
  { compose: settings, composeServices, ensured, stateFolder }: Config,
  environment: NodeJS.ProcessEnv,
): readonly Target[] {
  const engine = openEngine({ name, host, allowInsecure })
  const compose = createCompose({ engineHost: host, allowRemote: settings.allowRemote, environment })
  return [
    targets.container(
      engine,
      ensured.filter((each) => each.target === name),
    ),
    targets.compose(engine, { ...settings, compose, configured: composeServices, spareFolder: stateFolder }),
  ]
}

function openRegistries(config: Config) {
  const credentials = firstOf([
    configuredCredentials(
      config.registries.flatMap(({ host, path, credentials: own }) =>
        own === null ? [] : [{ host, ...own, ...(path !== null && { pathPrefix: path }) }],
      ),
    ),
    dockerConfigCredentials(config.dockerConfigFile),
  ])
  const hosts = hostOptions(config.registries)
  const registry = registries.distribution({ client: createOciClient({ credentials, hosts }) })
  const pullAuth: App['pullAuth'] = async (repository, signal) => {
    const found = await credentials(repository, signal)
    if (found === null) return null
    const { username, password } = found
    return {
      username,
      password: password.reveal(),
      registry: repository.registry,
      isIdentityToken: isIdentityToken(found),
    }
  }
  return { registry, pullAuth }
}

/** Entries of one host differ in path and credentials; what they say of the host itself is put together. */
function hostOptions(entries: Config['registries']): Hosts {
  return Object.fromEntries(
    [...Map.groupBy(entries, ({ host }) => host)].map(([host, same]) => [
      host,
      {
        // Absent rather than false, so that loopback keeps its own default.
        ...(same.some((each) => each.plainHttp) && { plainHttp: true }),
        authRealms: same.flatMap((each) => each.authRealms),
        concurrency: Math.min(...same.map((each) => each.concurrency)),
      },
    ]),
  )
}

async function closeAll(app: App, registry: { close(): void }, store: { close(): Promise<void> }): Promise<void> {
  for (const target of app.targets) target.close()
  registry.close()
  await store.close()
}
