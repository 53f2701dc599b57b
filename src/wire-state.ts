import { mkdirSync } from 'node:fs'
import { AppError } from './errors.ts'
import type { Config } from './config/config.ts'
import { loadConfig } from './config/load.ts'
import type { Log } from './lib/log.ts'
import { readStatePlace } from './config/state-schemas.ts'
import { movables, stores, upkeeps } from './store/index.ts'
import type { StateMove, StateUpkeep, Store } from './store/store.ts'

interface StateSources {
  readonly configFile: string | undefined
  readonly stateFolder: string | undefined
  readonly env: NodeJS.ProcessEnv
}

const now = (): number => Date.now()

interface OpenStoreOptions {
  readonly access: 'owner' | 'reader' | 'visitor'
  readonly replaces: boolean
  readonly log: Log
  now(): number
}

/** Opens the state that the configuration names. @throws STATE_* */
export async function openStore(
  { stateFolder: folder, stateFallback, stateDatabase: address, backups }: Config,
  options: OpenStoreOptions,
): Promise<Store> {
  if (address === null)
    return stores.sqlite({ ...options, folder, backups, ...(stateFallback && { fallback: stateFallback }) })
  if (options.access === 'owner') createFolder(folder)
  return stores.postgres({ ...options, address, folder, onLost: (error) => endAtOnce(options.log, error) })
}

/** For the control socket and what else lies on this machine. @throws STATE_UNWRITABLE */
function createFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('STATE_UNWRITABLE', `the folder beside the state cannot be made: ${why}`, { cause })
  }
}

/** The state that the configuration names, as it lies there: nothing of it is opened until it is asked for. */
export async function openState({ configFile: file, stateFolder: state, env }: StateSources): Promise<StateUpkeep> {
  const { stateFolder: folder, stateDatabase: address, backups } = await loadConfig({ file, state, env })
  return address === null ? upkeeps.sqlite({ folder, backups, now }) : upkeeps.postgres({ address })
}

interface MoveSources extends StateSources {
  /** A folder, or the URL of a database; the configured state where one is left out. */
  readonly from?: string
  readonly to?: string
}

/** Moves a state. @throws CONFIG_INVALID, STATE_* */
export async function moveBetween(sources: MoveSources): Promise<StateMove> {
  const [from, to] = [await movable(sources, 'from'), await movable(sources, 'to')]
  const { moveState } = await import('./store/sql/move-state.ts')
  return moveState(from, to, Date.now())
}

/** Takes a state that was moved into use again. @throws CONFIG_INVALID, STATE_* */
export async function cancelMoveFrom(sources: MoveSources & { readonly actor: string }): Promise<string | null> {
  const { cancelMove } = await import('./store/sql/move-state.ts')
  return cancelMove(await movable(sources, 'from'), sources.actor, Date.now())
}

async function movable(sources: MoveSources, end: 'from' | 'to') {
  const { configFile: file, stateFolder: state, env } = sources
  const given = sources[end]
  const place = given === undefined ? await loadConfig({ file, state, env }) : readStatePlace(given, `--${end}`, env)
  return place.stateDatabase === null ? movables.sqlite(place.stateFolder) : movables.postgres(place.stateDatabase)
}

/**
 * Another process took the state while the database was away for us alone. It recovers what we were doing, as after a
 * crash: anything that we did from here on, even parking, would be done behind its back.
 */
function endAtOnce(log: Log, error: AppError): void {
  log.error({ code: error.code }, `${error.code}: ${error.message}; this process ends at once`)
  process.exit(1)
}
