import { resolve } from 'node:path'
import type { z } from 'zod'
import { AppError } from '../errors.ts'
import { isPostgresUrl, readPostgresUrl, type PostgresAddress } from '../lib/postgres-address.ts'
import { secret } from '../lib/secret.ts'
import { text } from './fields.ts'

/** A folder, or a database that is read to a secret: its URL may hold a password. */
export const statePlace = text()
  .regex(/^(\/|~\/|postgres(ql)?:\/\/)/i, {
    error: 'must be an absolute path, begin with ~/, or be a URL that begins with postgres://',
  })
  .superRefine((place, context) => {
    const found = isPostgresUrl(place) ? readPostgresUrl(place) : null
    if (found !== null && 'problem' in found) context.addIssue({ code: 'custom', message: found.problem })
  })
  .transform((place) => (isPostgresUrl(place) ? { database: secret(place) } : { folder: place }))

type StatePlace = z.output<typeof statePlace>

interface StatePlaces {
  readonly state?: StatePlace | undefined
  readonly stateFolder?: string | undefined
  readonly stateFallback?: string | undefined
}

/** Without a database it would be read by nobody. Beside a folder from the command line it is left alone. */
export function folderBesideDatabase(
  { state, stateFolder, stateFallback }: StatePlaces,
  context: z.RefinementCtx,
): void {
  if (stateFallback !== undefined && state !== undefined && 'database' in state) {
    const message = 'is for a state in a file; a database has its own ways to survive'
    context.addIssue({ code: 'custom', path: ['stateFallback'], message })
  }
  if (stateFolder === undefined || state !== undefined) return
  const message = 'is for a state in a database; the folder of the state file is `state`'
  context.addIssue({ code: 'custom', path: ['stateFolder'], message })
}

/** @param env for what the URL leaves to PGSSLMODE and its like */
export function toStatePlace(
  { state, stateFolder }: { readonly state?: StatePlace | undefined; readonly stateFolder?: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
): { readonly folder: string | undefined; readonly database: PostgresAddress | null } {
  if (state === undefined || 'folder' in state) return { folder: state?.folder, database: null }
  const found = readPostgresUrl(state.database.reveal(), env)
  // What the environment adds can be wrong by itself; the URL has been found right.
  if ('problem' in found) throw new AppError('CONFIG_INVALID', `state: the environment beside it ${found.problem}`)
  return { folder: stateFolder, database: found }
}

/** A place as it is given on a command line, where a relative path means the working directory. @param name of the option */
export function readStatePlace(
  given: string,
  name: string,
  env: Readonly<Record<string, string | undefined>>,
): { readonly stateFolder: string; readonly stateDatabase: PostgresAddress | null } {
  const found = isPostgresUrl(given) ? readPostgresUrl(given, env) : null
  if (found !== null && 'problem' in found) throw new AppError('CONFIG_INVALID', `${name} ${found.problem}`)
  return { stateFolder: resolve(given), stateDatabase: found }
}
