import type { Explanation, WorkloadChoice } from '../app/words/control.ts'
import type { FollowedControl, Progress } from '../app/answers/read-progress.ts'
import type { EventsAnswer } from '../app/answers/read-events.ts'
import { controlRoutes, type AnswerOf, type BodyOf, type ControlRoute } from '../contract/control.ts'
import { AppError } from '../errors.ts'
import { isDigest, type Digest } from '../image/digest.ts'
import { askControl } from './ask-control.ts'

/**
 * The control of the service that listens at a socket. Its errors arrive with their codes.
 *
 * @throws besides those of the control: CONTROL_UNREACHABLE when the service goes away, CONTROL_VERSION when its answer
 *   cannot be read
 */
export function createRemoteControl(socket: string): FollowedControl {
  const ask = <Route extends ControlRoute>(route: Route, workload: string, body: BodyOf<Route>) =>
    askControl(socket, route, workload, body)
  return {
    pin: (workload, tag, by) => ask(controlRoutes.pin, workload, { tag, by }),
    unpin: (workload, by) => ask(controlRoutes.unpin, workload, { by }),
    pause: (workload, forMs, by) => ask(controlRoutes.pause, '', { workload, forMs, by }),
    resume: (workload, by) => ask(controlRoutes.resume, '', { workload, by }),
    release: (target, by) => ask(controlRoutes.release, '', { target, by }),
    rollBack: (workload, revision, by) => ask(controlRoutes.rollBack, workload, { revision, by }),
    deploy: (workload, image, by) => ask(controlRoutes.deploy, workload, { image, by }),
    why: async (workload) => toExplanation(await ask(controlRoutes.why, workload, {})),
    explain: async (workload) => toChoice(await ask(controlRoutes.explain, workload, {})),
    quarantines: async () =>
      (await ask(controlRoutes.quarantines, '', {})).map((each) => ({ ...each, digest: toDigest(each.digest) })),
    releaseQuarantine: (workload, digest, by) => ask(controlRoutes.releaseQuarantine, workload, { digest, by }),
    pauses: () => ask(controlRoutes.pauses, '', {}),
    events: async (query) => toEvents(await ask(controlRoutes.events, '', { ...query, also: [...(query.also ?? [])] })),
    progress: async (workload) => toProgress(await ask(controlRoutes.progress, workload, {})),
  }
}

function toExplanation(told: AnswerOf<typeof controlRoutes.why>): Explanation {
  const { runs, wants } = told
  return { ...told, runs: { ...runs, digest: orNull(runs.digest) }, wants: orNull(wants) }
}

function toChoice({ decision, choice, ...told }: AnswerOf<typeof controlRoutes.explain>): WorkloadChoice {
  const { selected } = choice
  return {
    ...told,
    decision: { ...decision, digest: orNull(decision.digest) },
    choice: { ...choice, selected: selected && { ...selected, digest: orNull(selected.digest) } },
  }
}

function toEvents({ events, heard, newestId }: AnswerOf<typeof controlRoutes.events>): EventsAnswer {
  const all = events.map((each) => ({ ...each, digest: orNull(each.digest), found: orNull(each.found) }))
  return { heard, events: all, ...(newestId !== undefined && { newestId }) }
}

function toProgress({ workload, saidAt, decision, rollout }: AnswerOf<typeof controlRoutes.progress>): Progress {
  return {
    workload,
    saidAt,
    decision: decision && { ...decision, candidate: orNull(decision.candidate) },
    rollout: rollout && { ...rollout, fromDigest: orNull(rollout.fromDigest), digest: toDigest(rollout.digest) },
  }
}

function toDigest(text: string): Digest {
  if (!isDigest(text)) throw new AppError('CONTROL_VERSION', 'the service answered with a digest that is none')
  return text
}

const orNull = (text: string | null): Digest | null => (text === null ? null : toDigest(text))
