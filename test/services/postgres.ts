import { spawn, type ChildProcess } from 'node:child_process'
import { chownSync, existsSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lastLines, run } from './command.ts'
import { freePort } from './free-port.ts'
import { makePrivateFolder, removeAbandonedFolders } from './private-folder.ts'
import { kill } from './processes.ts'
import { waitUntil } from './wait.ts'

/** A real PostgreSQL server of our own, on a Unix socket and a free port of 127.0.0.1. */
export interface Postgres {
  /** Where its socket lies. */
  readonly folder: string
  readonly port: number
  /** As its superuser, by the socket. */
  url(database?: string, parameters?: Readonly<Record<string, string>>): string
  /** Runs SQL as its superuser, and gives what it printed, without headers. */
  sql(text: string, database?: string): Promise<string>
  /** Ends it as a crash does, or in order but without waiting for clients. */
  halt(how: 'crash' | 'shut down'): Promise<void>
  /** Begins it again with what it had. */
  start(): Promise<void>
  /** Ends it and removes what it had. */
  stop(): Promise<void>
}

/** Nobody else may enter the folder that its sockets lie in, so it asks for no password there. */
const configuration = (folder: string, port: number) => `
listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = '${folder}'
fsync = off
shared_buffers = 16MB
max_connections = 60
autovacuum = off
log_min_messages = warning
`

/** By TCP everybody but the superuser has to know a password. */
const access = `
local all all trust
local replication all trust
host all postgres 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
`

/** The folder of the newest version's programs; undefined when none is installed. */
export const postgresPrograms = (): string | undefined =>
  globSync('/usr/lib/postgresql/*/bin')
    .filter((folder) => existsSync(join(folder, 'initdb')))
    .toSorted((one, other) => Number(one.split('/')[4]) - Number(other.split('/')[4]))
    .at(-1)

/**
 * Starts a server, and waits until it answers. Ends with this process at the latest.
 * @param primary has it be a standby of that one, until it is promoted
 */
export async function startPostgres(primary?: Pick<Postgres, 'folder' | 'port'>): Promise<Postgres> {
  removeAbandonedFolders(/postgres/)
  const programs = postgresPrograms()
  if (programs === undefined) throw new Error('PostgreSQL is not installed')
  const folder = makePrivateFolder('postgres')
  const data = join(folder, 'data')
  const port = await freePort([26_000, 32_000])
  const owner = await serverUser()
  mkdirSync(data, { mode: 0o700 })
  for (const each of [folder, data]) chownSync(each, owner.uid, owner.gid)
  const asOwner = (args: readonly string[]) => [
    '--reuid',
    `${owner.uid}`,
    '--regid',
    `${owner.gid}`,
    '--clear-groups',
    ...args,
  ]
  const made =
    primary === undefined
      ? ['initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C.UTF-8']
      : [
          'pg_basebackup',
          '-D',
          data,
          '-U',
          'postgres',
          '-h',
          primary.folder,
          '-p',
          `${primary.port}`,
          '-R',
          '-c',
          'fast',
        ]
  const [program = '', ...options] = made
  await run('setpriv', asOwner([join(programs, program), ...options]), { cwd: folder })
  writeFileSync(join(data, 'postgresql.conf'), configuration(folder, port))
  writeFileSync(join(data, 'pg_hba.conf'), access)

  let child: ChildProcess | null = null
  let log = ''
  const start = async (): Promise<void> => {
    const args = asOwner(['--pdeathsig', 'KILL', join(programs, 'postgres'), '-D', data])
    const started = spawn('setpriv', args, { cwd: folder, detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
    started.stderr.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-20_000)))
    child = started
    await waitUntil('PostgreSQL answers', () => sql('select 1'), {
      hopeless: () => (started.exitCode === null ? undefined : new Error(`postgres ended:\n${lastLines(log)}`)),
    })
  }
  const sql = async (text: string, database = 'postgres'): Promise<string> => {
    const args = [
      '-h',
      folder,
      '-p',
      `${port}`,
      '-U',
      'postgres',
      '-d',
      database,
      '-v',
      'ON_ERROR_STOP=1',
      '-XAtqc',
      text,
    ]
    return (await run(join(programs, 'psql'), args, { cwd: '/' })).trim()
  }
  const halt = async (how: 'crash' | 'shut down'): Promise<void> => {
    const running = child
    child = null
    if (running?.pid === undefined || running.exitCode !== null) return
    const ended = new Promise((resolve) => running.once('exit', resolve))
    // Its children end by themselves once it is gone; SIGINT is the fast way of shutting down.
    kill(running.pid, how === 'crash' ? 'SIGQUIT' : 'SIGINT')
    await ended
  }
  const stop = async (): Promise<void> => {
    await halt('crash')
    rmSync(folder, { recursive: true, force: true })
  }
  const url: Postgres['url'] = (database = 'postgres', parameters = {}) =>
    `postgres://postgres@${encodeURIComponent(folder)}:${port}/${database}?${new URLSearchParams(parameters)}`
  try {
    await start()
  } catch (error) {
    await stop()
    throw error
  }
  return { folder, port, url, sql, halt, start, stop }
}

/** It refuses to run as root. */
async function serverUser(): Promise<{ readonly uid: number; readonly gid: number }> {
  const [uid = 0, gid = 0] = [process.getuid?.(), process.getgid?.()]
  if (uid !== 0) return { uid, gid }
  const id = async (what: string) => Number((await run('id', [what, 'postgres'])).trim())
  return { uid: await id('-u'), gid: await id('-g') }
}
