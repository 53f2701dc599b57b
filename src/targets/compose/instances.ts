import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../errors.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { ComposeDeps } from './compose-deps.ts'
import { hashOf } from './definition/hash.ts'
import { findService, withoutMemory } from './services.ts'

/** Which instances of a service a rollout may end, by engine id. Compose's containers cannot carry a label of ours. */
export interface KnownInstances {
  readonly rollout: string
  /** There when it began. */
  readonly olds: readonly string[]
  /** Made by its own commands. */
  readonly news: readonly string[]
  /** There before a command that may still be under way; null between commands. What is new after it, it made. */
  readonly before: readonly string[] | null
}

/** What a rollout begins on. Written before it touches anything. @throws TARGET_FAILED when it cannot be kept */
export async function rememberOlds(deps: ComposeDeps, rollout: Rollout, olds: readonly string[]): Promise<void> {
  await write(deps, rollout, { rollout: rollout.id, olds, news: [], before: null })
}

/**
 * Runs a command of this rollout, and remembers what it made: also when it failed, or we are killed in its middle, since
 * the next look comes after its end. The way back is taken even where nothing can be remembered.
 *
 * @throws TARGET_FAILED on the way forward, when it cannot
 */
export async function rememberNews(
  deps: ComposeDeps,
  rollout: Rollout,
  signal: AbortSignal,
  command: () => Promise<void>,
): Promise<void> {
  const known = await knownInstances(deps, rollout, signal)
  if (known === null) return command()
  const before = await idsOf(deps, rollout, signal)
  await write(deps, rollout, { ...known, before }).catch((error: unknown) => {
    if (rollout.stage !== 'back') throw error
  })
  try {
    await command()
  } finally {
    // Where this fails, the next look does it.
    await knownInstances(deps, rollout, signal).catch(() => undefined)
  }
}

/** Null where nothing was written down: by an earlier version of ours, or the disk lost it. */
export async function knownInstances(
  deps: ComposeDeps,
  rollout: Rollout,
  signal: AbortSignal,
): Promise<KnownInstances | null> {
  const known = await read(deps, rollout)
  if (known === null || known.before === null) return known
  const there = await idsOf(deps, rollout, signal)
  const earlier = new Set([...known.before, ...known.olds, ...known.news])
  const made = there.filter((id) => !earlier.has(id))
  const settled = { ...known, news: [...known.news, ...made], before: null }
  // Not kept now, it is found the same way by the next look; nobody's way back has to wait for a disk.
  await write(deps, rollout, settled).catch(() => undefined)
  return settled
}

/** Whether a rollout may end an instance. Where nothing was written down, its labels and its image have to do. */
export const isKnown = (known: KnownInstances | null, id: string): boolean =>
  known === null || known.olds.includes(id) || known.news.includes(id)

async function idsOf(deps: ComposeDeps, { name }: Rollout, signal: AbortSignal): Promise<readonly string[]> {
  const { service } = await findService(withoutMemory(deps), name, signal)
  return service?.members.map(({ container }) => container.Id) ?? []
}

/** One for each workload, that its next rollout writes over. */
const pathOf = ({ spareFolder }: ComposeDeps, { workload }: Rollout): string =>
  join(spareFolder, `instances-${hashOf(Buffer.from(workload)).slice(0, 32)}.json`)

async function write(deps: ComposeDeps, rollout: Rollout, known: KnownInstances): Promise<void> {
  const path = pathOf(deps, rollout)
  try {
    await mkdir(deps.spareFolder, { recursive: true, mode: 0o700 })
    await writeFile(`${path}.new`, JSON.stringify(known), { mode: 0o600 })
    // Whole or not at all for whoever reads it after a kill; what a power cut takes is done without.
    await rename(`${path}.new`, path)
  } catch (cause) {
    const sentence = `the instances of ${rollout.name} cannot be remembered in ${deps.spareFolder}`
    throw new AppError('TARGET_FAILED', sentence, { cause })
  }
}

async function read(deps: ComposeDeps, rollout: Rollout): Promise<KnownInstances | null> {
  const text = await readFile(pathOf(deps, rollout), 'utf8').catch(() => 'null')
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) && value.rollout === rollout.id ? value : null
  } catch {
    return null
  }
}

const isRecord = (value: unknown): value is KnownInstances =>
  typeof value === 'object' &&
  value !== null &&
  'rollout' in value &&
  'olds' in value &&
  'news' in value &&
  'before' in value &&
  isIds(value.olds) &&
  isIds(value.news) &&
  (value.before === null || isIds(value.before))

const isIds = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')
