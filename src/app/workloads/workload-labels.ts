import { quote } from '../../image/quote.ts'
import { didYouMean } from '../../lib/did-you-mean.ts'
import { parseDuration, type DurationRange } from '../../lib/duration.ts'
import { readAfter, readGroup } from '../groups/group-labels.ts'
import { policyLabels } from '../selection/policy-labels.ts'
import { durationRanges, type SettingsOverride } from './settings.ts'

export interface LabelReading {
  /** Null when no label speaks of watching. */
  readonly watch: { readonly watch: boolean; readonly why: string } | null
  readonly settings: SettingsOverride
  readonly problems: readonly string[]
}

type Result = { readonly value: SettingsOverride } | { readonly problem: string }

const prefix = 'longshore.'
/** Labels that we write ourselves on what we create. */
const ownPrefix = 'longshore.operation'
const watchLabel = 'longshore.watch'

/** The label of registry-docker-updater, whose users need not change anything to come to us. */
const formerLabel = 'registry-docker-updater'
/** Its own example is a list entry `- 'registry-docker-updater: true'`, which the engine stores as this key. */
const formerLabelAsKey = 'registry-docker-updater: true'

const readers = new Map<string, (text: string) => Result>([
  ...policyLabels,
  ['longshore.mode', (text) => oneOf(text, ['auto', 'notify'], (mode) => ({ mode }))],
  ['longshore.order', (text) => oneOf(text, ['auto', 'stop-first', 'start-first'], (order) => ({ order }))],
  ['longshore.gate.stable', (text) => duration(text, durationRanges.stable, (stableMs) => ({ gate: { stableMs } }))],
  [
    'longshore.gate.deadline',
    (text) => duration(text, durationRanges.deadline, (deadlineMs) => ({ gate: { deadlineMs } })),
  ],
  [
    'longshore.gate.min-uptime',
    (text) => duration(text, durationRanges.minUptime, (minUptimeMs) => ({ gate: { minUptimeMs } })),
  ],
  ['longshore.stopped', (text) => oneOf(text, ['ignore', 'update', 'start'], (stopped) => ({ stopped }))],
  ['longshore.auto-remove', (text) => oneOf(text, ['leave', 'recreate'], (autoRemove) => ({ autoRemove }))],
  ['longshore.jobs', (text) => oneOf(text, ['leave', 'start'], (jobs) => ({ jobs }))],
  ['longshore.group', readGroup],
  ['longshore.after', readAfter],
  ['longshore.keep-old', (text) => duration(text, durationRanges.keepOld, (keepOldMs) => ({ keepOldMs }))],
])

/** Words of ours that mean something only later: acting as if they were absent would be acting against their owner. */
const unsupported = ['window', 'name'].map((word) => prefix + word)

/** Reads the labels of a workload. Values never appear in the problems. */
export function readLabels(labels: Readonly<Record<string, string>>): LabelReading {
  let settings: SettingsOverride = {}
  const problems: string[] = []
  for (const [label, text] of Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (!label.startsWith(prefix) || label.startsWith(ownPrefix)) continue
    const result = readLabel(label, text)
    if ('problem' in result) problems.push(`label ${quote(label)}: ${result.problem}`)
    else settings = { ...settings, ...result.value, gate: { ...settings.gate, ...result.value.gate } }
  }
  return { watch: readWatch(labels), settings, problems }
}

function readLabel(label: string, text: string): Result {
  if (label === watchLabel) return oneOf(text, ['true', 'false'], () => ({}))
  const reader = readers.get(label)
  if (reader !== undefined) return reader(text)
  if (unsupported.includes(label)) return { problem: 'not supported yet' }
  const [name = '', value] = label.split(/: */)
  // What a list entry `- 'longshore.watch: true'` of a Compose file is to the engine.
  if (value !== undefined && (name === watchLabel || readers.has(name))) {
    return { problem: `this is all name and no value; in a list, write "- ${name}=..."` }
  }
  return { problem: `unknown label${didYouMean(label, [watchLabel, ...readers.keys()])}` }
}

/** A wrong value counts as watched: the workload is then shown as held, with the problem, rather than forgotten. */
function readWatch(labels: Readonly<Record<string, string>>): LabelReading['watch'] {
  if (Object.hasOwn(labels, watchLabel)) {
    const value = labels[watchLabel]
    if (value === 'false') return { watch: false, why: `label ${watchLabel}=false` }
    return { watch: true, why: value === 'true' ? `label ${watchLabel}=true` : `label ${watchLabel} has a wrong value` }
  }
  const former = Object.hasOwn(labels, formerLabelAsKey) ? 'true' : labels[formerLabel]
  if (former !== 'true' && former !== 'false') return null
  return { watch: former === 'true', why: `label ${formerLabel}=${former}` }
}

function oneOf<Value extends string>(
  text: string,
  values: readonly Value[],
  build: (value: Value) => SettingsOverride,
): Result {
  const value = values.find((known) => known === text)
  if (value !== undefined) return { value: build(value) }
  return { problem: `must be ${values.join(' or ')}${didYouMean(text, values)}` }
}

function duration(text: string, range: DurationRange, build: (ms: number) => SettingsOverride): Result {
  const read = parseDuration(text, range)
  return 'problem' in read ? read : { value: build(read.ms) }
}
