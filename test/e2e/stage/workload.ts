import { parseEngineAddress } from '../../../src/clients/docker/engine-address.ts'
import { createEngine } from '../../../src/clients/docker/engine.ts'
import type { InspectedContainer } from '../../services/docker.ts'
import { pushImage, type PushedImage } from '../../services/images.ts'
import type { PushRegistry } from '../../services/push.ts'
import { uniqueName } from '../../services/shared.ts'
import type { Scene } from './scene.ts'

type PushSettings = Omit<Parameters<typeof pushImage>[1], 'repository'>

/** A watched container, and the repository that its image comes from. */
export interface StagedWorkload {
  /** Of the container and of the repository. */
  readonly name: string
  /** As longshore names it. */
  readonly id: string
  /** `host/repository:latest`, as the container names it. */
  readonly image: string
  /** `host/repository` */
  readonly repository: string
  push(settings: PushSettings): Promise<PushedImage>
  /** `docker run` with the label that asks to watch it. */
  start(...options: string[]): Promise<void>
  /** `docker run` without any label. */
  startUnlabelled(...options: string[]): Promise<void>
  /** With labels that the command refuses and the engine takes, as other clients send them. */
  startThroughApi(labels: Readonly<Record<string, string>>): Promise<void>
  inspect(): Promise<InspectedContainer>
  /** Digest of the configuration of the image that the engine's tag names now. */
  taggedImage(): Promise<string>
}

export function stageWorkload(scene: Scene, registry: PushRegistry, prefix = 'web'): StagedWorkload {
  const name = uniqueName(prefix)
  const repository = `${registry.address}/${name}`
  const image = `${repository}:latest`
  const startUnlabelled = async (...options: string[]): Promise<void> => {
    await scene.docker('run', '--detach', '--name', name, ...options, image)
  }
  return {
    name,
    id: `local/container/${name}`,
    image,
    repository,
    push: (settings) => pushImage(registry, { repository: name, ...settings }),
    start: (...options) => startUnlabelled('--label', 'longshore.watch=true', ...options),
    startUnlabelled,
    async startThroughApi(labels) {
      const { signal } = new AbortController()
      const engine = createEngine(parseEngineAddress(scene.engine.host))
      try {
        await scene.docker('pull', '--quiet', image)
        await engine.createContainer(name, { Image: image, Labels: labels, HostConfig: {} }, null, signal)
        await engine.startContainer(name, signal)
      } finally {
        engine.close()
      }
    },
    inspect: () => scene.inspect(name),
    taggedImage: () => scene.docker('image', 'inspect', '--format', '{{.Id}}', image),
  }
}
