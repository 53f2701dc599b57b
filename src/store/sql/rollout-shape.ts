import { ties, type Dependant, type Follow } from '../../rollout/dependant.ts'
import type { Gate, GateProgress } from '../../rollout/gate.ts'
import type { Probe } from '../../rollout/probe.ts'
import type { Definition, Order, Outcome, Rollout, Stage } from '../../rollout/rollout.ts'
import { effectKinds, journalSteps } from '../../rollout/rollout.ts'
import { isHookResult, isHooks } from './hook-shape.ts'
import type { Check } from './shape.ts'
import { isFlag, isNumber, isText, keyOf, listOf, objectOf, oneOf, orNull } from './shape.ts'
import { isDigestText, isReason } from './values.ts'

type ProbeOf<Kind extends Probe['kind']> = Extract<Probe, { kind: Kind }>

const isTcpProbe = objectOf<ProbeOf<'tcp'>>({ kind: oneOf(['tcp']), port: isNumber })
const isHttpProbe = objectOf<ProbeOf<'http'>>({ kind: oneOf(['http']), port: isNumber, path: isText })
const isExecProbe = objectOf<ProbeOf<'exec'>>({ kind: oneOf(['exec']), command: listOf(isText) })
const isProbe: Check<Probe> = (value): value is Probe => isTcpProbe(value) || isHttpProbe(value) || isExecProbe(value)

const isGate = objectOf<Gate>({
  stableMs: isNumber,
  minUptimeMs: isNumber,
  deadlineMs: isNumber,
  restartsMax: isNumber,
  probe: orNull(isProbe),
})

const isGateProgress = objectOf<GateProgress>({
  startedAt: isNumber,
  goodSince: orNull(isNumber),
  restarts: isNumber,
  instanceStartedAt: orNull(isText),
  lookedAt: isNumber,
})

const isDefinition = objectOf<Definition>({
  files: listOf(objectOf<Definition['files'][number]>({ path: isText, before: isText, after: isText })),
  edit: orNull(objectOf<NonNullable<Definition['edit']>>({ path: isText, line: isNumber, from: isText, to: isText })),
  followers: listOf(isText),
  isDivisible: isFlag,
  hash: orNull(isText),
})

const isDependant = objectOf<Dependant>({
  instance: isText,
  name: isText,
  image: isText,
  restart: isText,
  wasRunning: isFlag,
  by: listOf(oneOf(ties)),
})

const isFollow = objectOf<Follow>({
  how: oneOf(['restart', 'recreate']),
  provider: isText,
  sentence: isText,
  isLeftStopped: isFlag,
})

const isOrder = keyOf<Order>({ 'stop-first': true, 'start-first': true })

const isStage = keyOf<Stage>({
  forward: true,
  passed: true,
  back: true,
  kept: true,
  ended: true,
})

const isOutcome = keyOf<Outcome>({
  succeeded: true,
  'rolled-back': true,
  failed: true,
  superseded: true,
  abandoned: true,
  'needs-human': true,
})

export const isJournalStep = oneOf(journalSteps)

/** A field added to `Rollout` has to be added here, and needs a migration that gives it to older records. */
export const isRollout: Check<Rollout> = objectOf<Rollout>({
  id: isText,
  workload: isText,
  target: isText,
  name: isText,
  procedure: oneOf(['replace', 'compose', 'create']),
  oldInstance: isText,
  stopped: orNull(oneOf(['update', 'start'])),
  removesItself: isFlag,
  dependants: listOf(isDependant),
  follows: orNull(isFollow),
  scale: isNumber,
  image: isText,
  fromReference: isText,
  definition: orNull(isDefinition),
  repository: isText,
  tag: isText,
  digest: isDigestText,
  fromDigest: orNull(isDigestText),
  fromImage: isText,
  order: isOrder,
  gate: isGate,
  restart: isText,
  tagBefore: orNull(isText),
  keepOldMs: isNumber,
  keepImages: isNumber,
  hooks: isHooks,
  policy: isText,
  createdAt: isText,
  stage: isStage,
  outcome: orNull(isOutcome),
  reason: orNull(isReason),
  candidateAtFault: isFlag,
  step: isJournalStep,
  attempted: listOf(oneOf(effectKinds)),
  failures: listOf(oneOf(effectKinds)),
  hookResults: listOf(isHookResult),
  gateProgress: orNull(isGateProgress),
  proven: listOf(isText),
  checkProgress: orNull(isGateProgress),
  toImage: orNull(isText),
  gapMs: orNull(isNumber),
  logTail: orNull(isText),
  keepUntil: orNull(isText),
  endedAt: orNull(isText),
})
