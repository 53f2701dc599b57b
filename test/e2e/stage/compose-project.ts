import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { tryRun } from '../../services/command.ts'
import type { InspectedContainer } from '../../services/docker.ts'
import { pushImage, type PushedImage } from '../../services/images.ts'
import type { PushRegistry } from '../../services/push.ts'
import { uniqueName } from '../../services/shared.ts'
import type { Scene } from './scene.ts'

type PushSettings = Omit<Parameters<typeof pushImage>[1], 'repository'>

/** A Compose project of a test, in a folder of its own, with repositories of its own. */
export interface StagedProject {
  readonly name: string
  readonly folder: string
  path(file: string): string
  write(file: string, text: string): void
  read(file: string): Buffer
  /** `host/repository:tag` of the service's own repository. */
  image(service?: string, tag?: string): string
  /** To the service's own repository. */
  push(settings: PushSettings, service?: string): Promise<PushedImage>
  /** As longshore names it. */
  workload(service?: string): { readonly id: string }
  /** `docker compose` as its owner types it. @throws Error when it fails */
  byHand(...args: string[]): Promise<string>
  /** By number, under whatever name. */
  instances(service?: string): Promise<readonly InspectedContainer[]>
  /** The only one. @throws Error when there are more, or none */
  instance(service?: string): Promise<InspectedContainer>
  /** What a plain `docker compose up -d` by hand does now, beside finding things as they should be. */
  upByHand(...options: string[]): Promise<readonly string[]>
  /** Id of the image that the engine has under the tag. */
  taggedImage(service?: string, tag?: string): Promise<string>
  /** Every file of the folder with its bytes and its mode. */
  snapshot(): Readonly<Record<string, string>>
}

export interface ProjectSettings {
  /** Unique unless told otherwise. */
  readonly name?: string
  /** One of its own unless told otherwise. */
  readonly folder?: string
  /** What its owner puts before the command: `-f`, `--env-file` and `--profile`, with paths relative to the folder. */
  readonly options?: readonly string[]
  /** What its owner's shell has set. */
  readonly env?: Readonly<Record<string, string>>
}

export function stageProject(scene: Scene, registry: PushRegistry, settings: ProjectSettings = {}): StagedProject {
  const { name = uniqueName('shop'), options = [] } = settings
  const folder = settings.folder ?? join(dirname(scene.configFile), name)
  mkdirSync(folder, { recursive: true })
  const path = (file: string) => join(folder, file)
  const repository = (service: string) => `${name}-${service}`
  const image = (service = 'web', tag = 'latest') => `${registry.address}/${repository(service)}:${tag}`
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent', DOCKER_HOST: scene.engine.host, ...settings.env }
  const absolute = options.map((each) => (each.startsWith('-') || !/[./]/.test(each) ? each : path(each)))
  const compose = ['compose', '--progress', 'plain', '--project-directory', folder, '-p', name, ...absolute]
  const type = async (...args: string[]) => {
    const { code, stdout, stderr } = await tryRun('docker', [...compose, ...args], { env })
    if (code !== 0) throw new Error(`docker compose ${args.join(' ')} ended with ${code}: ${stderr}`)
    // Its progress is among its errors.
    return `${stdout}${stderr}`
  }
  const instances = async (service = 'web') => {
    const labels = [`project=${name}`, `service=${service}`]
    const filters = labels.flatMap((each) => ['--filter', `label=com.docker.compose.${each}`])
    const ids = await scene.docker('ps', '--all', '--quiet', ...filters)
    if (ids === '') return []
    // The engine is ours and of a known version.
    const found = JSON.parse(await scene.docker('container', 'inspect', ...ids.split('\n'))) as InspectedContainer[]
    return found.toSorted((one, other) => numberOf(one) - numberOf(other))
  }
  return {
    name,
    folder,
    path,
    write(file, text) {
      mkdirSync(dirname(path(file)), { recursive: true })
      writeFileSync(path(file), text)
    },
    read: (file) => readFileSync(path(file)),
    image,
    push: (given, service = 'web') => pushImage(registry, { repository: repository(service), ...given }),
    workload: (service = 'web') => ({ id: `local/compose/${name}/${service}` }),
    byHand: type,
    instances,
    async instance(service = 'web') {
      const found = await instances(service)
      const [only] = found
      if (only !== undefined && found.length === 1) return only
      throw new Error(`${service} has ${found.length} containers: ${found.map((each) => each.Name).join(' ')}`)
    },
    async upByHand(...more) {
      const printed = (await type('up', '--detach', ...more)).split('\n').map((line) => line.trim())
      return printed.filter((line) => about.test(line) && !asItShouldBe.test(line))
    },
    taggedImage: (service = 'web', tag = 'latest') =>
      scene.docker('image', 'inspect', '--format', '{{.Id}}', image(service, tag)),
    snapshot() {
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      return Object.fromEntries(
        files
          .filter((file) => statSync(path(file)).isFile())
          .map((file) => [file, `${statSync(path(file)).mode.toString(8)} ${readFileSync(path(file), 'hex')}`]),
      )
    },
  }
}

const about = /^(Container|Network|Volume)\b/
const asItShouldBe = / (Running|Waiting|Healthy|Created|Exited)$/

const numberOf = ({ Config }: InspectedContainer): number =>
  Number(Config.Labels['com.docker.compose.container-number'] ?? '0')
