import { pushImage, type PushedImage } from '../../services/images.ts'
import type { PushRegistry } from '../../services/push.ts'
import { uniqueName } from '../../services/shared.ts'
import { stageProject, type StagedProject } from './compose-project.ts'
import type { Scene } from './scene.ts'
import { stageWorkload, type StagedWorkload } from './workload.ts'

const services = ['web', 'helper', 'mounted', 'other'] as const

/** A watched plain container, and a Compose project whose services live in it. */
export interface ComposedSet {
  /** Serves at 8080 and has a volume at `/shared`. */
  readonly provider: StagedWorkload
  /**
   * `web` lives in its network, `helper` in that of `web`, `mounted` has its volumes, `stopped` does not run, and `other`
   * has nothing to do with it, though `web` depends on it.
   */
  readonly project: StagedProject
  /** The image of them all. */
  readonly app: PushedImage
  /** What each gets from the provider; `nothing` where it gets no answer. */
  answers(): Promise<Readonly<Record<'web' | 'helper', string>>>
  /** Engine ids of the containers of its services. */
  ids(): Promise<Readonly<Record<(typeof services)[number], string>>>
}

/** @param checks options of the provider's health check */
export async function stageComposedSet(
  scene: Scene,
  registry: PushRegistry,
  checks: readonly string[] = ['--health-interval', '500ms', '--health-start-interval', '200ms'],
  start = '10s',
): Promise<ComposedSet> {
  const provider = stageWorkload(scene, registry, 'vpn')
  const app = await appOf(scene, registry)
  await provider.push({ version: 'v1' })
  const options = ['--restart', 'unless-stopped', '--stop-timeout', '2', '--volume', '/shared']
  await provider.start(...options, ...checks, '--health-start-period', start, '--health-retries', '1')
  const project = stageProject(scene, registry)
  project.write('compose.yaml', composeFile(app.reference, provider.name))
  await project.byHand('up', '--detach')
  await scene.docker('stop', '--time', '0', `${project.name}-stopped-1`)
  const ask = async (service: string) => {
    const asking = 'wget -q -O - http://127.0.0.1:8080/ || echo nothing'
    return scene.docker('exec', `${project.name}-${service}-1`, 'sh', '-c', asking).catch(() => 'does not run')
  }
  return {
    provider,
    project,
    app,
    answers: async () => ({ web: await ask('web'), helper: await ask('helper') }),
    async ids() {
      const format = '{{.Label "com.docker.compose.service"}} {{.ID}}'
      const own = ['--filter', `label=com.docker.compose.project=${project.name}`, '--format', format]
      const lines = (await scene.docker('ps', '--all', '--no-trunc', ...own)).split('\n')
      const idOf = (service: string) => {
        const [id, ...others] = lines.flatMap((line) => (line.startsWith(`${service} `) ? [line.split(' ')[1]] : []))
        if (id !== undefined && others.length === 0) return id
        throw new Error(`${service} has not one container: ${lines.join(', ')}`)
      }
      return { web: idOf('web'), helper: idOf('helper'), mounted: idOf('mounted'), other: idOf('other') }
    },
  }
}

const apps = new WeakMap<Scene, Promise<PushedImage>>()

/** Nobody moves it, so all sets of a scene share it. */
function appOf(scene: Scene, registry: PushRegistry): Promise<PushedImage> {
  const pushed =
    apps.get(scene) ?? pushImage(registry, { repository: uniqueName('app'), version: 'app', healthcheck: false })
  apps.set(scene, pushed)
  return pushed
}

const composeFile = (image: string, provider: string): string => `
services:
  web:
    image: ${image}
    network_mode: container:${provider}
    environment: { PORT: "9001" }
    restart: unless-stopped
    stop_grace_period: 1s
    depends_on: [other]
  helper:
    image: ${image}
    network_mode: service:web
    environment: { PORT: "9002" }
    restart: unless-stopped
    stop_grace_period: 1s
  mounted:
    image: ${image}
    volumes_from: [container:${provider}]
    stop_grace_period: 1s
  stopped:
    image: ${image}
    network_mode: container:${provider}
    environment: { PORT: "9003" }
  other:
    image: ${image}
    stop_grace_period: 1s
`
