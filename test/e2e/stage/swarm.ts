import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { freePort } from '../../services/free-port.ts'
import { pushImage, type PushedImage } from '../../services/images.ts'
import type { PushRegistry } from '../../services/push.ts'
import { uniqueName } from '../../services/shared.ts'
import { waitUntil } from '../../services/wait.ts'
import { outlastsEnds } from './gates.ts'
import type { Scene } from './scene.ts'

type PushSettings = Omit<Parameters<typeof pushImage>[1], 'repository'>

/** A watched service, and the repository that its image comes from. */
export interface StagedService {
  readonly name: string
  /** As longshore names it. */
  readonly id: string
  readonly image: string
  push(settings: PushSettings): Promise<PushedImage>
  /** `docker service create` with the label that asks to watch it; resolves once all its tasks run, as many as it has. */
  create(...options: string[]): Promise<void>
  /** The same without that label. */
  createUnasked(...options: string[]): Promise<void>
  /** A watched job, of the mode that the options say; its runs may be over or not. */
  createJob(...options: string[]): Promise<void>
  inspect(): Promise<InspectedService>
  /** Digests that its running tasks run, one for each. */
  running(): Promise<readonly string[]>
}

/** What tests read of `docker service inspect`. */
export interface InspectedService {
  readonly Spec: {
    readonly TaskTemplate: { readonly ContainerSpec: { readonly Image: string } & Readonly<Record<string, unknown>> }
  } & Readonly<Record<string, unknown>>
  readonly PreviousSpec?: unknown
  readonly UpdateStatus?: { readonly State: string; readonly Message: string }
}

/** Makes the engine of a scene a Swarm of one node. */
export async function initSwarm(scene: Scene): Promise<void> {
  const listen = `127.0.0.1:${await freePort()}`
  const pool = ['--default-addr-pool', '10.77.0.0/16']
  await scene.docker('swarm', 'init', '--advertise-addr', '127.0.0.1', '--listen-addr', listen, ...pool)
}

type NewService = { readonly Name: string } & Readonly<Record<string, unknown>>

/** Creates a service through the API, which adds nothing to what it is told, and waits until a task of it runs. */
export async function createService(scene: Scene, spec: NewService): Promise<void> {
  await postService(scene, spec)
  await waitUntil('its task runs', async () => (await scene.docker('service', 'ps', spec.Name)).includes(' Running '))
}

/** The same without waiting for anything. */
export async function postService({ engine }: Scene, spec: NewService): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const socketPath = engine.host.replace('unix://', '')
  const sent = request({ socketPath, path: '/services/create', method: 'POST', headers })
  sent.end(JSON.stringify(spec))
  const [answer] = (await once(sent, 'response')) as [IncomingMessage] // by the event's definition
  if (answer.statusCode !== 201) throw new Error(`the engine answers ${answer.statusCode}: ${await text(answer)}`)
  answer.resume()
}

/** Ends all services, and waits for their tasks to go. */
export async function removeServices(scene: Scene): Promise<void> {
  const names = (await scene.docker('service', 'ls', '--quiet')).split('\n').filter((each) => each !== '')
  if (names.length > 0) await scene.docker('service', 'rm', ...names)
  await untilEmpty(scene)
}

/** A Swarm removes the containers of its tasks by itself, and nobody else can meanwhile. */
export const untilEmpty = (scene: Scene): Promise<true> =>
  waitUntil('the tasks are gone', async () => (await scene.containers()).length === 0)

/** What makes tests quick: a Swarm watches each task for five seconds, and waits as long before it starts one again. */
const quick = [
  '--update-monitor',
  '1s',
  '--rollback-monitor',
  '1s',
  '--restart-delay',
  '500ms',
  '--stop-grace-period',
  '1s',
]

/** For versions that exit at once: see `outlastsEnds`, which goes for a Swarm's own look as well. */
export const outlastsTaskEnds = [
  '--update-monitor',
  outlastsEnds,
  '--label',
  `longshore.gate.min-uptime=${outlastsEnds}`,
]

/** @param name of one that somebody else creates, such as a stack */
export function stageService(
  scene: Scene,
  registry: PushRegistry,
  prefix = 'api',
  name = uniqueName(prefix),
): StagedService {
  const image = `${registry.address}/${name}:latest`
  const inspect = async () => JSON.parse(await scene.docker('service', 'inspect', name))[0] as InspectedService
  const running = async () => {
    const filters = ['--filter', 'desired-state=running', '--format', '{{.Image}} {{.CurrentState}}', '--no-trunc']
    const lines = (await scene.docker('service', 'ps', name, ...filters)).split('\n')
    return lines.filter((each) => each.includes(' Running')).map((each) => each.split(' ')[0]?.split('@')[1] ?? '')
  }
  const createUnasked = async (...options: string[]) => {
    await scene.docker('service', 'create', '--detach', '--name', name, ...quick, ...options, image)
    await waitUntil(`the tasks of ${name} run`, async () => {
      const lines = (await scene.docker('service', 'ls', '--format', '{{.Name}} {{.Replicas}}')).split('\n')
      const [, many = ''] = lines.find((line) => line.startsWith(`${name} `))?.split(' ') ?? []
      const [up, wanted] = many.split('/')
      // Nodes may take no more than that.
      return up === (options.includes('--replicas-max-per-node') ? '1' : wanted)
    })
  }
  return {
    name,
    id: `local/swarm/${name}`,
    image,
    inspect,
    running,
    push: (settings) => pushImage(registry, { repository: name, healthcheck: false, ...settings }),
    create: (...options) => createUnasked('--label', 'longshore.watch=true', ...options),
    createUnasked,
    async createJob(...options) {
      const common = ['--detach', '--restart-delay', '200ms', '--label', 'longshore.watch=true']
      await scene.docker('service', 'create', '--name', name, ...common, ...options, image)
    },
  }
} // prettier-ignore
