import { isDigest } from '../../image/digest.ts'
import { ties } from '../../rollout/dependant.ts'
import { noHooks } from '../../rollout/hooks.ts'
import { effectKinds, journalSteps, type Rollout } from '../../rollout/rollout.ts'

/**
 * A rollout as text for a label. Its probe and its hooks stay out: everybody can read labels, and a command may hold a
 * secret.
 */
export const encodeIntent = (rollout: Rollout): string => JSON.stringify(withoutCommands(rollout))

/** Reads a rollout back from a label; null unless every field is what it has to be. No label gives a command. */
export function decodeIntent(encoded: string): Rollout | null {
  try {
    const parsed: unknown = JSON.parse(encoded)
    const value = typeof parsed === 'object' && parsed !== null ? { ...added(parsed), ...parsed } : null
    // Each field is checked against the table below, which the compiler holds complete.
    return object(checks)(value) ? withoutCommands(value as unknown as Rollout) : null
  } catch {
    return null
  }
}

/** Fields that labels of earlier versions lack. */
const added = (written: object) => ({
  procedure: 'replace',
  scale: 1,
  fromReference: 'image' in written ? written.image : null,
  definition: null,
  proven: [],
  stopped: null,
  removesItself: false,
  dependants: [],
  follows: null,
})

/** Without our state nobody knows how far the rollout has come that it is a part of: it stands for itself then. */
const withoutCommands = ({ partOf: _partOf, followed: _followed, ...rollout }: Rollout): Rollout => ({
  ...rollout,
  gate: { ...rollout.gate, probe: null },
  hooks: noHooks,
  hookResults: [],
})

type Check = (value: unknown) => boolean

const text: Check = (value) => typeof value === 'string'
const filled: Check = (value) => typeof value === 'string' && value !== ''
const flag: Check = (value) => typeof value === 'boolean'
const number: Check = (value) => typeof value === 'number' && Number.isFinite(value)
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)
const oneOf =
  (values: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && values.includes(value)
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
const object =
  (fieldChecks: Readonly<Record<string, Check>>): Check =>
  (value) => {
    if (typeof value !== 'object' || value === null) return false
    const fields = new Map(Object.entries(value))
    return Object.entries(fieldChecks).every(([field, check]) => check(fields.get(field)))
  }

const gateProgress = object({
  startedAt: number,
  goodSince: orNull(number),
  restarts: number,
  instanceStartedAt: orNull(text),
  lookedAt: number,
})

const dependant = object({
  instance: filled,
  name: filled,
  image: filled,
  restart: filled,
  wasRunning: flag,
  isDown: (value) => value === undefined || flag(value),
  by: listOf(oneOf(ties)),
})

const composed = object({ name: filled, instances: listOf(filled), image: filled, reference: filled, wasRunning: flag })

const checks: Readonly<Record<keyof Rollout, Check>> = {
  id: filled,
  workload: filled,
  target: filled,
  name: filled,
  procedure: oneOf(['replace', 'create']),
  oldInstance: text,
  stopped: orNull(oneOf(['update', 'start'])),
  // Of Compose services alone, whose containers carry no label of ours.
  ranBefore: (value) => value === undefined,
  removesItself: (value) => typeof value === 'boolean',
  dependants: listOf(dependant),
  composed: (value) => value === undefined || listOf(composed)(value),
  followedBy: (value) => value === undefined || listOf(filled)(value),
  unwellBefore: (value) => value === undefined || listOf(filled)(value),
  follows: orNull(object({ how: oneOf(['recreate']), provider: text, sentence: text, isLeftStopped: flag })),
  scale: number,
  image: filled,
  fromReference: filled,
  definition: (value) => value === null,
  repository: filled,
  tag: filled,
  digest: (value) => typeof value === 'string' && isDigest(value),
  fromDigest: orNull((value) => typeof value === 'string' && isDigest(value)),
  fromImage: text,
  order: oneOf(['stop-first', 'start-first']),
  gate: object({ stableMs: number, minUptimeMs: number, deadlineMs: number, restartsMax: number }),
  restart: filled,
  tagBefore: orNull(text),
  keepOldMs: number,
  keepImages: number,
  policy: text,
  createdAt: filled,
  stage: oneOf(['forward', 'passed', 'back', 'kept', 'ended']),
  outcome: orNull(oneOf(['succeeded', 'rolled-back', 'failed', 'superseded', 'abandoned', 'needs-human'])),
  reason: orNull(object({ code: text, sentence: text })),
  candidateAtFault: (value) => typeof value === 'boolean',
  step: oneOf(journalSteps),
  attempted: listOf(oneOf(effectKinds)),
  failures: listOf(oneOf(effectKinds)),
  // Never taken from a label, whatever it says.
  lastFailure: () => true,
  partOf: () => true,
  followed: () => true,
  // Of restarts alone, which make nothing that could carry a label.
  endedRun: (value) => value === undefined,
  // Of services alone, which carry no label of ours.
  imageHealth: (value) => value === undefined,
  service: (value) => value === undefined,
  settings: (value) => value === undefined || text(value),
  // Of the way back alone, which begins after it was written.
  backWait: (value) => value === undefined,
  wasHeldUp: (value) => value === undefined,
  registryWait: (value) =>
    value === undefined || object({ since: text, until: text, refusals: number, sentence: text })(value),
  hooks: () => true,
  hookResults: () => true,
  gateProgress: orNull(gateProgress),
  proven: listOf(text),
  checkProgress: orNull(gateProgress),
  toImage: orNull(text),
  gapMs: orNull(number),
  logTail: orNull(text),
  keepUntil: orNull(text),
  endedAt: orNull(text),
}
