import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { examine } from '../../app/doctor/examine.ts'
import { parts, well, wrong, type Finding } from '../../app/doctor/finding.ts'
import { toAppError } from '../../errors.ts'
import { examineBackups } from '../doctor/examine-backups.ts'
import { examineEvents } from '../doctor/examine-events.ts'
import { examineService } from '../doctor/examine-service.ts'
import { examineState } from '../doctor/examine-state.ts'
import { findingLines } from '../doctor/finding-lines.ts'
import type { CheckedConfig, ConfiguredRegistry, Doors, ExitCode, GlobalOptions, OpenApp, Output } from '../doors.ts'
import { json } from '../present.ts'

/** How long all of it may take, whatever does not answer. */
const limitMs = 60_000

/**
 * `longshore doctor`: tries everything that a rollout stands on, and says of each part how it stands and what to do.
 * Changes nothing, and goes on after what is wrong.
 *
 * @returns 1 when something is wrong
 */
export async function runDoctor(doors: Doors, options: GlobalOptions & { readonly output: Output }): Promise<ExitCode> {
  const findings = (await examineAll(doors, options)).toSorted((one, other) => rank(one) - rank(other))
  if (options.output === 'json') doors.print(json({ findings }))
  else doors.printLines(findingLines(findings, doors.columns))
  return findings.some(({ standing }) => standing === 'wrong') ? 1 : 0
}

const rank = ({ part }: Finding): number => parts.indexOf(part)

async function examineAll(doors: Doors, options: GlobalOptions): Promise<readonly Finding[]> {
  const told = { part: 'configuration', name: null } as const
  try {
    const config = await doors.checkConfig(options)
    const sentence = config.file === null ? 'there is no file; the defaults apply' : `${config.file} is right`
    return [well({ ...told, sentence }), ...(await examineConfigured(doors, options, config))]
  } catch (thrown) {
    const { code, message, hint } = toAppError(thrown)
    if (!code.startsWith('CONFIG_')) throw thrown
    // Without it nobody knows what else there is.
    return [wrong({ ...told, sentence: message }, hint)]
  }
}

async function examineConfigured(
  doors: Doors,
  options: GlobalOptions,
  config: CheckedConfig,
): Promise<readonly Finding[]> {
  const { app, registries, close, trouble } = await open(doors, options)
  try {
    const service = await examineService(config.stateFolder, Date.now())
    return [
      trouble ?? examineState(config.stateFolder),
      ...(await examineUpkeep(doors, options, service.standing === 'well')).filter(
        ({ sentence }) => sentence !== trouble?.sentence,
      ),
      ...(await examineHold(app)),
      service,
      ...(await examineEvents(config, service.standing === 'well')),
      ...(await examine(
        app,
        registries().filter(hasCredentials),
        AbortSignal.any([doors.stop, AbortSignal.timeout(limitMs)]),
      )),
    ]
  } finally {
    await close()
  }
}

async function examineUpkeep(doors: Doors, options: GlobalOptions, isServed: boolean): Promise<readonly Finding[]> {
  try {
    return examineBackups(await (await doors.openState(options)).check(), isServed, Date.now())
  } catch (thrown) {
    const { message, hint } = toAppError(thrown)
    return [wrong({ part: 'state', name: null, sentence: message }, hint)]
  }
}

/** Nothing is rolled out until a person has looked. */
async function examineHold({ store }: OpenApp['app']): Promise<readonly Finding[]> {
  const hold = await store.hold()
  if (hold === null) return []
  const sentence = `everything is held: ${hold.reason.sentence}`
  const remedy = 'Look at what runs, set again what pins and pauses are gone, and then say `longshore resume`.'
  return [wrong({ part: 'state', name: null, sentence }, remedy)]
}

/** Also by what makes passwords on request. */
const hasCredentials = ({ credentials, ecr, gar }: ConfiguredRegistry): boolean =>
  credentials !== null || (ecr ?? gar) !== null

/** With a state that cannot be read, everything else is looked at all the same, as if there were none yet. */
async function open(doors: Doors, options: GlobalOptions): Promise<OpenApp & { readonly trouble: Finding | null }> {
  try {
    return { ...(await doors.openApp({ ...options, access: 'reader' })), trouble: null }
  } catch (thrown) {
    const error = toAppError(thrown)
    if (!error.code.startsWith('STATE_')) throw error
    const nowhere = join(tmpdir(), `longshore-${randomUUID()}`)
    const opened = await doors.openApp({ ...options, state: nowhere, access: 'reader' })
    return { ...opened, trouble: wrong({ part: 'state', name: null, sentence: error.message }, error.hint) }
  }
}
