import { parseEngineAddress } from '../../src/clients/docker/engine-address.ts'
import { createEngine } from '../../src/clients/docker/engine.ts'
import type { ConfigDigest } from '../../src/image/digest.ts'
import type { ContainerInspect } from '../../src/clients/docker/shapes.ts'
import { decidedByImage } from '../e2e/option-compare.ts'
import { drawFrom } from '../e2e/option-draw.ts'
import { makeSubjects, nameSubjects } from '../e2e/option-subjects.ts'
import type { Scene } from '../e2e/stage/scene.ts'
import type { Behaviour } from '../services/image-content.ts'
import { pushImage } from '../services/images.ts'
import type { PushRegistry } from '../services/push.ts'
import { drawMember, type Drawn } from './member.ts'

/** The two kinds of good versions: what their images say of themselves differs. */
export type Build = 'a' | 'b'

/** A good version of a member's image. */
export interface Version {
  readonly build: Build
  /** Id of the image on an engine. */
  readonly image: ConfigDigest
}

/** A container of the fleet. */
export interface Member extends Drawn {
  readonly name: string
  readonly repository: string
  /** What it runs first. */
  readonly first: Version
  /** What the image has a say in when `docker create` makes it from each of the builds. */
  readonly wanted: Readonly<Record<Build, unknown>>
  /** What a bad version does that is noticed; null where no gate could notice it, and a person takes it back. */
  readonly badly: Behaviour | null
}

/** Its program is an entrypoint, so that a command of the user's does not replace it. */
const content = { entrypoint: ['/app'], cmd: [], env: { PORT: '' } }
/** Containers that are made at a time. */
const lanesCount = 4

interface FleetOptions {
  readonly count: number
  readonly seed: number
  /** An empty folder for files that options name. */
  readonly folder: string
  /** The `docker` command on the engine of the scene. */
  readonly docker: (...args: string[]) => Promise<string>
}

/** Makes the containers and what they refer to, on an engine that has none of it; each runs version a. */
export async function makeFleet(
  scene: Scene,
  registry: PushRegistry,
  { count, seed, folder, docker }: FleetOptions,
): Promise<readonly Member[]> {
  const subjects = nameSubjects('endurance', folder)
  const neighbour = await pushImage(registry, { repository: 'endurance-neighbour', version: 'a', ...content })
  await makeSubjects(docker, subjects, neighbour.reference, '/bin/busybox')
  const draw = drawFrom(seed)
  const drawn = Array.from({ length: count }, (_, place) =>
    drawMember({ ...subjects, place }, scene.engine.apiVersion, draw),
  )
  const engine = createEngine(parseEngineAddress(scene.engine.host))
  try {
    return await inLanes([...drawn.entries()], ([place, each]) =>
      makeMember(docker, registry, engine, each, `endurance-${place}`),
    )
  } finally {
    engine.close()
  }
}

/** How a member is told in a sentence. */
export const tellMember = ({ name, manner, given }: Member): string => `${name} (${manner}: ${given.name})`

/** Pushes a good version that differs from all before, under the tag that the member follows. */
export async function pushGood(
  registry: PushRegistry,
  { repository, hasHealthCheck }: Pick<Member, 'repository' | 'hasHealthCheck'>,
  build: Build,
  round: number,
  tag = 'latest',
): Promise<Version & { readonly reference: string }> {
  const { reference, configDigest } = await pushImage(registry, {
    repository,
    tag,
    version: `${build}-${round}`,
    healthcheck: hasHealthCheck,
    labels: { version: build },
    ...content,
    // Of the versions of a build only the page differs.
    env: { ...content.env, VERSION: build },
  })
  return { build, image: configDigest, reference }
}

/** Pushes a version that does not pass its gate, under the tag that the member follows. */
export async function pushBad(registry: PushRegistry, member: Member, round: number): Promise<void> {
  const { repository, hasHealthCheck, badly } = member
  if (badly === null) throw new Error(`no version of ${member.name} is bad`)
  await pushImage(registry, {
    repository,
    version: `bad-${round}`,
    behaviour: badly,
    healthcheck: hasHealthCheck,
    ...content,
  })
}

/** Does the work for each, a few at a time, and gives what came of it in order. */
export async function inLanes<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  const waiting = [...items.entries()]
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results[next[0]] = await work(next[1])
  }
  await Promise.all(Array.from({ length: lanesCount }, lane))
  return results
}

async function makeMember(
  docker: FleetOptions['docker'],
  registry: PushRegistry,
  engine: ReturnType<typeof createEngine>,
  drawn: Drawn,
  name: string,
): Promise<Member> {
  const { manner, given, hasHealthCheck } = drawn
  const own = { repository: name, hasHealthCheck }
  const first = await pushGood(registry, own, 'a', 0)
  const second = await pushGood(registry, own, 'b', 0, 'other')

  const create = async (called: string, image: string): Promise<ContainerInspect> => {
    const { options, command = [], connect = [], body } = given
    if (body === undefined) await docker('create', '--name', called, ...options, image, ...command)
    else {
      await docker('pull', '--quiet', image)
      const Labels = { ...Object(body['Labels']), 'longshore.watch': 'true' }
      const sent = { HostConfig: {}, ...body, Image: image, Labels }
      await engine.createContainer(called, sent, null, AbortSignal.timeout(60_000))
    }
    for (const args of connect) await docker('network', 'connect', ...args, called)
    // The engine is ours and of a known version.
    const [found] = JSON.parse(await docker('container', 'inspect', called)) as ContainerInspect[]
    if (found === undefined) throw new Error(`there is no container ${called}`)
    return found
  }
  const made = await create(name, first.reference)
  const wanted = await create(`${name}-wanted`, second.reference)
  await docker('rm', '--force', '--volumes', `${name}-wanted`)
  await docker('rmi', second.reference)
  if (manner !== 'stopped') await docker('start', name)

  const { Entrypoint, Healthcheck } = made.Config
  const runsImage = Entrypoint?.[0] === '/app' && manner !== 'stopped' && !drawn.isTakenByHand
  const isChecked = hasHealthCheck && (Healthcheck?.Test ?? []).join(' ') === 'CMD /health'
  return {
    ...drawn,
    name,
    repository: name,
    first,
    wanted: { a: decidedByImage(made), b: decidedByImage(wanted) },
    badly: runsImage ? (isChecked ? 'unhealthy' : 'exits') : null,
  }
}
