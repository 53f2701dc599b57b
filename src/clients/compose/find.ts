import { AppError } from '../../errors.ts'
import { quote } from '../../image/quote.ts'
import type { RunRequest, RunResult } from '../../lib/process/run-command.ts'
import { isOldVersion, parseComposeVersion, versionMin } from './version.ts'

/** The command that is Docker Compose here. */
export interface FoundCompose {
  /** What its arguments are put after: `docker compose` or `docker-compose`. */
  readonly command: readonly [string, ...string[]]
  /** The same, without the `docker` command before it, which takes 25 ms a run: for what only reads. */
  readonly reader: readonly [string, ...string[]]
  /** As it names itself, for people. */
  readonly version: string
}

const limitMs = 30_000
const candidates: readonly FoundCompose['command'][] = [['docker', 'compose'], ['docker-compose']]

type Ask = (request: Pick<RunRequest, 'command' | 'limitMs' | 'onAbort'>) => Promise<RunResult | null>

/**
 * Finds the plug-in of the `docker` command, or else the standalone `docker-compose`. An old plug-in is not passed
 * over for a newer standalone one: the plug-in is what a person uses here by hand.
 *
 * @param ask runs a command in the environment that Compose will get; null when there is no such program
 * @param path where programs are looked for, for the message
 * @throws COMPOSE_MISSING, COMPOSE_TOO_OLD
 */
export async function findCompose(ask: Ask, path: string): Promise<FoundCompose> {
  const tried: string[] = []
  for (const command of candidates) {
    const name = command.join(' ')
    const result = await ask({ command: [...command, 'version', '--short'], limitMs, onAbort: 'end' })
    const version = result?.code === 0 ? parseComposeVersion(result.stdout) : null
    if (version !== null && isOldVersion(version)) {
      const wanted = versionMin.join('.')
      throw new AppError(
        'COMPOSE_TOO_OLD',
        `${name} is version ${version.join('.')}; ${wanted} or newer is needed, because older ones give another config hash than they write on containers`,
      )
    }
    if (version !== null) {
      const plugin = command[0] === 'docker' ? await findPlugin(ask, result?.stdout ?? '') : null
      return { command, reader: plugin === null ? command : [plugin], version: version.join('.') }
    }
    tried.push(`${name} ${whyNot(result)}`)
  }
  throw new AppError('COMPOSE_MISSING', `Docker Compose is not here: ${tried.join(', ')}; looked for on ${quote(path)}`)
}

/** Where the plug-in itself lies, if it does the same alone; `docker` tells without asking an engine. */
async function findPlugin(ask: Ask, version: string): Promise<string | null> {
  const asked = [
    'docker',
    'info',
    '--format',
    '{{range .ClientInfo.Plugins}}{{.Name}} {{.Path}}{{println}}{{end}}',
  ] as const
  const told = await ask({ command: asked, limitMs, onAbort: 'end' })
  const path = /^compose (\/.+)$/m.exec(told?.code === 0 ? told.stdout : '')?.[1]
  if (path === undefined) return null
  const alone = await ask({ command: [path, 'version', '--short'], limitMs, onAbort: 'end' })
  return alone?.code === 0 && alone.stdout === version ? path : null
}

function whyNot(result: RunResult | null): string {
  if (result === null) return '(no such program)'
  if (result.code === null) return '(gave no answer)'
  if (result.code === 0) return '(tells no version)'
  // The words of docker 26 and of docker 29 for a plug-in that it does not have.
  return /not a docker command|unknown (command|shorthand flag|flag)/.test(result.stderr)
    ? '(docker is here, without its compose plug-in)'
    : `(failed with exit code ${result.code})`
}
