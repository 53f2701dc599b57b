import { ways, type PartOf } from '../../rollout/along.ts'
import { ties, type ComposedDependant, type Dependant, type Follow } from '../../rollout/dependant.ts'
import type { Gate, GateProgress } from '../../rollout/gate.ts'
import type { ImageHealth } from '../../rollout/image-health.ts'
import type { Probe } from '../../rollout/probe.ts'
import type { RegistryWait } from '../../rollout/registry-wait.ts'
import type { ServiceMemory } from '../../rollout/service-memory.ts'
import type { BackWait, Definition, Order, Outcome, Rollout, Stage } from '../../rollout/rollout.ts'
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

const isWholeDefinition = objectOf<Omit<Definition, 'stopped' | 'cutOff'>>({
  files: listOf(objectOf<Definition['files'][number]>({ path: isText, before: isText, after: isText })),
  edit: orNull(objectOf<NonNullable<Definition['edit']>>({ path: isText, line: isNumber, from: isText, to: isText })),
  followers: listOf(isText),
  isDivisible: isFlag,
  hash: orNull(isText),
})

const isDefinition: Check<Definition> = (value): value is Definition =>
  isWholeDefinition(value) &&
  (!('stopped' in value) || isTexts(value.stopped)) &&
  (!('cutOff' in value) || isTexts(value.cutOff))

const isWholeDependant = objectOf<Omit<Dependant, 'isDown'>>({
  instance: isText,
  name: isText,
  image: isText,
  restart: isText,
  wasRunning: isFlag,
  by: listOf(oneOf(ties)),
})

const isDependant: Check<Dependant> = (value): value is Dependant =>
  isWholeDependant(value) && (!('isDown' in value) || isFlag(value.isDown))

const isComposed = listOf(
  objectOf<ComposedDependant>({
    name: isText,
    instances: listOf(isText),
    image: isText,
    reference: isText,
    wasRunning: isFlag,
  }),
)

const isWholeFollow = objectOf<Omit<Follow, 'isDownByUs'>>({
  how: oneOf(['restart', 'recreate']),
  provider: isText,
  sentence: isText,
  isLeftStopped: isFlag,
})

const isFollow: Check<Follow> = (value): value is Follow =>
  isWholeFollow(value) && (!('isDownByUs' in value) || isFlag(value.isDownByUs))

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
export const isRollout: Check<Rollout> = (value): value is Rollout =>
  hasAlways(value) &&
  (!('ranBefore' in value) || isNumber(value.ranBefore)) &&
  (!('composed' in value) || isComposed(value.composed)) &&
  (!('followedBy' in value) || isTexts(value.followedBy)) &&
  (!('unwellBefore' in value) || isTexts(value.unwellBefore)) &&
  (!('partOf' in value) || isPartOf(value.partOf)) &&
  (!('endedRun' in value) || isText(value.endedRun)) &&
  (!('followed' in value) || isWay(value.followed)) &&
  (!('lastFailure' in value) || isFailure(value.lastFailure)) &&
  (!('registryWait' in value) || isRegistryWait(value.registryWait)) &&
  (!('backWait' in value) || isBackWait(value.backWait)) &&
  (!('wasHeldUp' in value) || isFlag(value.wasHeldUp)) &&
  (!('settings' in value) || isText(value.settings)) &&
  (!('service' in value) || isServiceMemory(value.service)) &&
  (!('imageHealth' in value) || isImageHealth(value.imageHealth))

const isTexts = listOf(isText)

const isWay = oneOf(ways)

const isPartOf = objectOf<PartOf>({ rollout: isText, way: isWay })

const isFailure = objectOf<NonNullable<Rollout['lastFailure']>>({ effect: oneOf(effectKinds), sentence: isText })

const isRegistryWait = objectOf<RegistryWait>({ since: isText, until: isText, refusals: isNumber, sentence: isText })

const isBackWait = objectOf<BackWait>({
  effect: oneOf(effectKinds),
  since: isText,
  until: isText,
  tries: isNumber,
  sentence: isText,
})

const isServiceMemory = objectOf<ServiceMemory>({
  ranBefore: isNumber,
  isJob: isFlag,
  toldAt: orNull(isText),
  running: isNumber,
  wanted: isNumber,
})

const isImageHealth = objectOf<ImageHealth>({
  hasCheck: isFlag,
  intervalMs: isNumber,
  timeoutMs: isNumber,
  startPeriodMs: isNumber,
  retries: isNumber,
})

const hasAlways = objectOf<
  Omit<
    Rollout,
    | 'ranBefore'
    | 'composed'
    | 'followedBy'
    | 'unwellBefore'
    | 'partOf'
    | 'endedRun'
    | 'followed'
    | 'lastFailure'
    | 'registryWait'
    | 'backWait'
    | 'wasHeldUp'
    | 'settings'
    | 'service'
    | 'imageHealth'
  >
>({
  id: isText,
  workload: isText,
  target: isText,
  name: isText,
  procedure: oneOf(['replace', 'compose', 'create', 'service']),
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
