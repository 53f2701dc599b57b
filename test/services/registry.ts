import { spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lastLines } from './command.ts'
import { makePrivateFolder, removeAbandonedFolders } from './private-folder.ts'
import { kill } from './processes.ts'
import { startTokenRealm, type TokenRealm } from './token-realm.ts'
import { waitUntil } from './wait.ts'

/** A real registry (Distribution 2.8) of our own, on plain http. */
export interface Registry {
  /** `127.0.0.1:port`, as an image reference begins. */
  readonly address: string
  /** Set when the registry asks for a sign-in. */
  readonly credentials?: Credentials
  /** Kills the registry and starts it again, at the same address and with what was pushed; what it had in memory is gone. */
  restart(): Promise<void>
  /** Ends the registry and removes what was pushed to it. */
  stop(): Promise<void>
}

export interface Credentials {
  readonly user: string
  readonly password: string
}

interface RegistryOptions {
  /** `token` signs in at a server of our own, by bearer tokens. */
  readonly auth?: 'none' | 'htpasswd' | 'token'
  /** Whether manifests can be deleted; they can unless told otherwise. */
  readonly delete?: boolean
  /** Gets an envelope of events for each push and pull. */
  readonly notificationsUrl?: string
  /** Sent with each of them, as `Authorization`. */
  readonly notificationsAuthorization?: string
}

const credentials: Credentials = { user: 'longshore', password: 'let-me-in' }
/** bcrypt of the password above, the only kind that the registry reads. */
const passwordHash = '$2y$05$LongshoreTestSaltForUe.O4mOOsVrINHmW8Qi0LxjrJj4.oGb1S'

/** Starts a registry on a free port of 127.0.0.1 and waits until it answers. Ends with this process at the latest. */
export async function startRegistry(options: RegistryOptions = {}): Promise<Registry> {
  removeAbandonedFolders(/registry/)
  const folder = makePrivateFolder('registry')
  const realm = options.auth === 'token' ? await startTokenRealm(credentials) : null
  if (realm) writeFileSync(join(folder, 'token.pem'), realm.certificate)
  writeFileSync(join(folder, 'htpasswd'), `${credentials.user}:${passwordHash}\n`)
  const start = (address: string) => startProcess(folder, configure({ folder, address, options, realm }))
  let running: RegistryProcess | null = null
  const stop = async (): Promise<void> => {
    await running?.kill()
    await realm?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    running = await start('127.0.0.1:0')
    const { address } = running
    const restart = async (): Promise<void> => {
      await running?.kill()
      running = await start(address)
    }
    return { address, restart, stop, ...(options.auth !== undefined && options.auth !== 'none' && { credentials }) }
  } catch (error) {
    await stop()
    throw error
  }
}

interface RegistryProcess {
  readonly address: string
  kill(): Promise<void>
}

async function startProcess(folder: string, settings: object): Promise<RegistryProcess> {
  const config = join(folder, 'config.yml')
  // JSON is YAML.
  writeFileSync(config, JSON.stringify(settings))
  // The kernel ends the registry when we die, even by SIGKILL; in its own session, no Ctrl-C reaches it before us.
  const args = ['--pdeathsig', 'KILL', 'docker-registry', 'serve', config]
  const child = spawn('setpriv', args, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-20_000)))
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve()).once('exit', () => resolve())
  })
  const end = async (): Promise<void> => {
    if (child.pid !== undefined) kill(child.pid, 'SIGKILL')
    await ended
  }
  try {
    const address = await waitUntil('the registry answers', () => answeringAddress(log), {
      hopeless: () => (child.exitCode === null ? undefined : new Error(`docker-registry ended:\n${lastLines(log)}`)),
    })
    return { address, kill: end }
  } catch (error) {
    await end()
    throw error
  }
}

/** Port 0 lets the kernel choose: only the log tells which. */
async function answeringAddress(log: string): Promise<string | undefined> {
  const [, address] = /listening on (127\.0\.0\.1:\d+)/.exec(log) ?? []
  if (address === undefined) return undefined
  const response = await fetch(`http://${address}/v2/`, { signal: AbortSignal.timeout(2_000) })
  await response.body?.cancel()
  return response.ok || response.status === 401 ? address : undefined
}

interface Surroundings {
  readonly folder: string
  readonly address: string
  readonly options: RegistryOptions
  readonly realm: TokenRealm | null
}

function configure({ folder, address, options, realm }: Surroundings) {
  const { auth, delete: canDelete = true, notificationsUrl, notificationsAuthorization } = options
  const endpoint = {
    name: 'longshore',
    url: notificationsUrl,
    timeout: '2s',
    threshold: 3,
    backoff: '500ms',
    ...(notificationsAuthorization !== undefined && { headers: { Authorization: [notificationsAuthorization] } }),
  }
  return {
    version: 0.1,
    log: { level: 'info', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: join(folder, 'data') },
      delete: { enabled: canDelete },
      maintenance: { uploadpurging: { enabled: false } },
    },
    http: { addr: address, secret: 'longshore' },
    ...(auth === 'htpasswd' && {
      auth: { htpasswd: { realm: 'longshore', path: join(folder, 'htpasswd') } },
    }),
    ...(realm && {
      auth: {
        token: {
          realm: realm.url,
          service: realm.service,
          issuer: realm.issuer,
          rootcertbundle: join(folder, 'token.pem'),
        },
      },
    }),
    ...(notificationsUrl !== undefined && { notifications: { endpoints: [endpoint] } }),
  }
}
