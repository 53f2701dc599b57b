import { createHmac } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../services/free-port.ts'
import { startRegistry } from '../../services/registry.ts'
import { median, type Figure } from '../figure.ts'
import type { Stage } from '../rollouts/stage.ts'
import type { Workplace } from '../workplace.ts'
import { startListener, type Listener } from './listener.ts'
import { pushNext, startContainer, startService, type BringUp, type Subject } from './subject.ts'
import { startWitness, type Witness } from './witness.ts'

const rounds = 5

const secret = 'a-secret-for-the-benchmark'

/** For how long the listener lets a repository rest that it has looked up, which is not to be measured. */
const restMs = 2_100

/** How long one push took until the new version ran, by the engine's clock, in milliseconds. */
interface Arrival {
  /** Since the listener had accepted the event. */
  readonly fromEvent: number
  /** Since the tag named it. */
  readonly fromPush: number
}

interface Turn {
  readonly notified: { readonly container: Arrival; readonly service: Arrival }
  readonly hooked: { readonly container: Arrival; readonly service: Arrival }
  readonly api: number
  readonly compose: number
}

/**
 * Pushes that the released service hears of by the notification of a real registry and by a signed request, with a poll
 * interval of an hour; and the same replacements through the bare API and by `docker compose up`, in turns.
 */
export async function measurePushes(workplace: Workplace, stage: Stage): Promise<readonly Figure[]> {
  const port = await freePort()
  await using witness = await startWitness(port)
  const notifying = await startRegistry({
    notificationsUrl: `${witness.url}/hooks/registry`,
    notificationsAuthorization: `Bearer ${secret}`,
  })
  const silent = await startRegistry()
  try {
    const { folder } = workplace
    const service = (registry: typeof silent, project: string, isWatched = true) =>
      startService(stage, registry, { project, folder, isWatched })
    const notified = {
      container: await startContainer(stage, notifying, 'notified', true),
      service: await service(notifying, 'notified-shop'),
    }
    const hooked = {
      container: await startContainer(stage, silent, 'hooked', true),
      service: await service(silent, 'hooked-shop'),
    }
    const theirs = await startContainer(stage, silent, 'bare', false)
    const theirService = await service(silent, 'bare-shop', false)
    await using listener = await startListener(workplace, {
      engine: stage.host,
      defaults: { gate: { minUptime: '200ms' }, keepOld: '0s' },
      more: {
        pollInterval: '1h',
        listen: { port },
        events: [
          { name: 'registry', kind: 'distribution', registry: notifying.address, secret },
          { name: 'ci', kind: 'generic', registry: silent.address, secret },
        ],
      },
    })
    const ours = [notified.container, notified.service, hooked.container, hooked.service]
    for (const { id } of ours) await listener.untilCurrent(id, 1)
    const byNotice = (subject: Subject) => byNotification(stage, listener, witness, subject)
    const byRequest = (subject: Subject) => byHook(stage, listener, `http://127.0.0.1:${port}/hooks/ci`, subject)
    const turns: Turn[] = []
    // One turn more than counts: the first warms everybody up.
    while (turns.length <= rounds) {
      const rested = delay(restMs)
      turns.push({
        notified: { container: await byNotice(notified.container), service: await byNotice(notified.service) },
        hooked: { container: await byRequest(hooked.container), service: await byRequest(hooked.service) },
        api: await throughApi(stage, theirs),
        compose: await byCompose(stage, theirService),
      })
      await rested
    }
    await stage.docker('rm', '--force', ...[...ours, theirs, theirService].map(({ container }) => container))
    return figures(turns.slice(1))
  } finally {
    await notifying.stop()
    await silent.stop()
  }
}

async function byNotification(stage: Stage, listener: Listener, witness: Witness, subject: Subject): Promise<Arrival> {
  const before = listener.timesCurrent(subject.id)
  const { digest } = await pushNext(subject)
  const pushedAt = Date.now()
  await listener.untilCurrent(subject.id, before + 1)
  const { startedAt } = await stage.times(subject.container)
  return { fromEvent: startedAt - (await witness.acceptedAt(digest)), fromPush: startedAt - pushedAt }
}

async function byHook(stage: Stage, listener: Listener, url: string, subject: Subject): Promise<Arrival> {
  const before = listener.timesCurrent(subject.id)
  const { digest } = await pushNext(subject)
  const pushedAt = Date.now()
  const timestamp = String(Math.floor(pushedAt / 1000))
  const body = JSON.stringify({ image: `${subject.repository}:latest`, digest })
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
  const headers = { 'x-longshore-timestamp': timestamp, 'x-longshore-signature': `sha256=${signature}` }
  const answer = await fetch(url, { method: 'POST', headers, body })
  const acceptedAt = Date.now()
  if (answer.status !== 202) throw new Error(`the event was answered with ${answer.status}`)
  await listener.untilCurrent(subject.id, before + 1)
  const { startedAt } = await stage.times(subject.container)
  return { fromEvent: startedAt - acceptedAt, fromPush: startedAt - pushedAt }
}

/** The calls that a replacement cannot do without. */
async function throughApi(stage: Stage, subject: Subject): Promise<number> {
  const { container: name, port } = subject
  const { reference, digest } = await pushNext(subject)
  const beganAt = Date.now()
  const [familiar = '', tag = ''] = reference.split(/:(?=[^:]*$)/)
  const post = (path: string, body?: object) => stage.raw.call('POST', path, body)
  await post(`/images/create?fromImage=${familiar}&tag=${digest}`)
  await post(`/images/${familiar}@${digest}/tag?repo=${familiar}&tag=${tag}`)
  const settings = { Image: reference, Env: [`PORT=${port}`], HostConfig: { NetworkMode: 'host' } }
  await post(`/containers/create?name=${name}-next`, settings)
  await post(`/containers/${name}/stop`)
  await post(`/containers/${name}/rename?name=${name}-old`)
  await post(`/containers/${name}-next/rename?name=${name}`)
  await post(`/containers/${name}/start`)
  const { startedAt } = await stage.times(name)
  await stage.docker('rm', '--force', `${name}-old`)
  return startedAt - beganAt
}

/** A pull through the API, and what a person types. */
async function byCompose(stage: Stage, subject: Subject & { readonly bringUp: BringUp }): Promise<number> {
  const { reference } = await pushNext(subject)
  const beganAt = Date.now()
  const [familiar = '', tag = ''] = reference.split(/:(?=[^:]*$)/)
  await stage.raw.call('POST', `/images/create?fromImage=${familiar}&tag=${tag}`)
  await subject.bringUp()
  return (await stage.times(subject.container)).startedAt - beganAt
}

const senders = { notified: "a registry's notification", hooked: 'a signed request' } as const

function figures(turns: readonly Turn[]): readonly Figure[] {
  const api = { what: 'the engine API', value: median(turns.map((turn) => turn.api)) }
  const compose = { what: 'pull, docker compose up', value: median(turns.map((turn) => turn.compose)) }
  return (['notified', 'hooked'] as const).flatMap((way) =>
    (['container', 'service'] as const).flatMap((kind) => {
      const measured = (since: keyof Arrival) => median(turns.map((turn) => turn[way][kind][since]))
      const what = (since: string) =>
        `${since} to new version running, ${kind === 'service' ? 'Compose service' : kind}, by ${senders[way]}`
      const figure = (since: string, key: keyof Arrival, floor: Figure['floor']): Figure => ({
        what: what(since),
        value: measured(key),
        unit: 'ms',
        ...(floor && { floor, budget: { overFloor: 100 } }),
      })
      const floor = kind === 'container' ? api : compose
      return [
        figure('event', 'fromEvent', floor),
        figure('push', 'fromPush', floor),
        ...(kind === 'service' ? [{ ...figure('event', 'fromEvent', undefined), floor: api }] : []),
      ]
    }),
  )
}
