import { randomUUID } from 'node:crypto'
import type { App } from './app/app.ts'
import { createOciClient } from './clients/oci/client.ts'
import { configuredCredentials, firstOf, isIdentityToken } from './clients/oci/credentials.ts'
import { dockerConfigCredentials } from './clients/oci/docker-config.ts'
import type { Hosts } from './clients/oci/endpoint.ts'
import type { Config } from './config/config.ts'
import { loadConfig } from './config/load.ts'
import { queues } from './jobs/index.ts'
import type { Queue } from './jobs/queue.ts'
import { systemClock } from './lib/clock.ts'
import { createLog } from './lib/log.ts'
import { policies } from './policies/index.ts'
import { registries } from './registries/index.ts'
import { stores } from './store/index.ts'
import * as targets from './targets/index.ts'

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
  close(): Promise<void>
}

/** How many scans run at a time for each registry host, and rollouts for each target. */
const lanes = { scan: 64, rollout: 4 }

/** Builds everything from the configuration. The only place that knows which parts there are. */
export async function openApp(options: OpenOptions): Promise<OpenApp> {
  const { configFile: file, stateFolder: state, env, access } = options
  const config = await loadConfig({ file, state, env })
  const clock = systemClock
  const log = createLog(config.log.level, config.log.format, options.writeLog)
  const store = await stores.sqlite({ folder: config.stateFolder, access, now: () => clock.now() })
  const { registry, pullAuth } = openRegistries(config)
  const engines = config.targets.map(({ kind, ...target }) =>
    targets[kind]({ ...target, allowInsecure: target.allowInsecure }),
  )
  const app: App = {
    store,
    targets: engines,
    registryFor: () => registry,
    policyFor: (text) => policies[text] ?? null,
    pullAuth,
    rules: config.rules,
    defaults: config.defaults,
    watchMode: config.watch,
    pollIntervalMs: config.pollIntervalMs,
    clock,
    random: Math.random,
    newId: randomUUID,
    log,
    ...(options.onProgress && { onProgress: options.onProgress }),
    ...(options.onJournal && { onJournal: options.onJournal }),
  }
  return { app, queue: queues.local(lanes), close: () => closeAll(app, registry, store) }
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
