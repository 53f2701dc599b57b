import { freePort } from '../../services/free-port.ts'
import type { Child } from '../child.ts'
import type { Answer, Question } from '../product.ts'
import { startProber } from './prober.ts'
import type { Stage } from './stage.ts'

/** One replacement of a running version by a new one. */
export interface Replacement {
  /** From being told until the new version runs, by the engine's clock; null where the way does not include the pull. */
  readonly pushToRunningMs: number | null
  /** From the end of the old to the start of the new version, by the engine's clock. */
  readonly gapMs: number
  /** The longest time that somebody outside got no answer. */
  readonly probedMs: number
}

/** A host-network web server that one way of replacing it works on, and nothing else. */
export interface Subject {
  readonly stage: Stage
  readonly name: string
  readonly port: number
  readonly repository: string
}

/** Puts version 1 on the engine. */
export async function runFirst(stage: Stage, name: string, ...more: readonly string[]): Promise<Subject> {
  const subject = { stage, name, repository: `bench/${name}`, port: await freePort() }
  const { reference } = await stage.push(subject.repository, { healthcheck: false })
  await stage.docker('run', '--detach', '--name', name, ...settings(subject), ...more, reference)
  await stage.settle(subject.port)
  return subject
}

const settings = ({ port }: Subject) => ['--network', 'host', '--env', `PORT=${port}`]

/** By Longshore, told by the start of a pass. */
export async function byProduct(subject: Subject, product: Child<Question, Answer>): Promise<Replacement> {
  const { stage, name, port, repository } = subject
  await stage.push(repository, { healthcheck: false })
  const prober = startProber(port)
  const { beganAt, rollouts } = await product.ask({ kind: 'pass' })
  const [rollout] = rollouts
  if (rollout?.outcome !== 'succeeded' || rollout.gapMs === null) {
    throw new Error(`the rollout did not succeed: ${JSON.stringify(rollouts)}`)
  }
  const probedMs = await prober.stop()
  const { startedAt } = await stage.times(name)
  return { pushToRunningMs: startedAt - beganAt, gapMs: rollout.gapMs, probedMs }
}

/** By `docker pull`, `docker stop`, and `docker run`. */
export async function byHand(subject: Subject): Promise<Replacement> {
  const { stage, name, repository } = subject
  const { reference } = await stage.push(repository, { healthcheck: false })
  return probing(subject, async () => {
    await stage.docker('pull', '--quiet', reference)
    await stage.docker('stop', name)
    await stage.docker('rename', name, `${name}-old`)
    await stage.docker('run', '--detach', '--name', name, ...settings(subject), reference)
  })
}

/** By `docker stop` and `docker start` of a container that was created before: the shortest gap by hand. */
export async function byStopAndStart(subject: Subject): Promise<Replacement> {
  const { stage, name, repository } = subject
  const { reference } = await stage.push(repository, { healthcheck: false })
  await stage.docker('pull', '--quiet', reference)
  await stage.docker('create', '--name', `${name}-next`, ...settings(subject), reference)
  const replaced = await probing(subject, async () => {
    await stage.docker('stop', name)
    await stage.docker('start', `${name}-next`)
    await stage.docker('rename', name, `${name}-old`)
    await stage.docker('rename', `${name}-next`, name)
  })
  return { ...replaced, pushToRunningMs: null }
}

/** By the bare Engine API, with the calls that a replacement cannot do without. */
export async function byRawEngine(subject: Subject): Promise<Replacement> {
  const { stage, name, port, repository } = subject
  const { reference, digest } = await stage.push(repository, { healthcheck: false })
  const [familiar = '', tag = ''] = reference.split(/:(?=[^:]*$)/)
  const { raw } = stage
  const post = (path: string, body?: object) => raw.call('POST', path, body)
  return probing(subject, async () => {
    await post(`/images/create?fromImage=${familiar}&tag=${digest}`)
    await post(`/images/${familiar}@${digest}/tag?repo=${familiar}&tag=${tag}`)
    await post(`/containers/create?name=${name}-next`, {
      Image: reference,
      Env: [`PORT=${port}`],
      HostConfig: { NetworkMode: 'host' },
    })
    await post(`/containers/${name}/stop`)
    await post(`/containers/${name}/rename?name=${name}-old`)
    await post(`/containers/${name}-next/rename?name=${name}`)
    await post(`/containers/${name}/start`)
  })
}

/** Replaces under the eyes of a prober; the old container is left as `<name>-old`, and removed when all is measured. */
async function probing({ stage, name, port }: Subject, replace: () => Promise<void>): Promise<Replacement> {
  const prober = startProber(port)
  const beganAt = Date.now()
  await replace()
  await stage.settle(port)
  const probedMs = await prober.stop()
  const old = await stage.times(`${name}-old`)
  const fresh = await stage.times(name)
  await stage.docker('rm', '--force', `${name}-old`)
  return { pushToRunningMs: fresh.startedAt - beganAt, gapMs: fresh.startedAt - old.finishedAt, probedMs }
}
