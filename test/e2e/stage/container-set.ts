import { pushImage, type PushedImage } from '../../services/images.ts'
import type { PushRegistry } from '../../services/push.ts'
import { uniqueName } from '../../services/shared.ts'
import type { Scene } from './scene.ts'
import { stageWorkload, type StagedWorkload } from './workload.ts'

/** A watched container, and others that cannot do without it. */
export interface ContainerSet {
  /** Serves at 8080 and has a volume at `/shared`. */
  readonly provider: StagedWorkload
  /** Two that live in its network (9001, 9002), one that has its volumes, one that links to it, one that is stopped. */
  readonly names: {
    readonly first: string
    readonly second: string
    readonly volumes: string
    readonly linked: string
    readonly stopped: string
  }
  /** The image of them all. */
  readonly app: PushedImage
  /** A newer image for them. */
  pushApp(): Promise<PushedImage>
  /** What each of them gets from the provider; `nothing` where it gets no answer. */
  answers(): Promise<Readonly<Record<'first' | 'second' | 'linked', string>>>
  /** Runs the provider from its tag, as the first time. */
  runProvider(): Promise<void>
}

/** Starts a set as a person would, with `docker run`. @param labels of the dependants, as in `longshore.watch=true` */
export async function stageSet(scene: Scene, registry: PushRegistry, ...labels: string[]): Promise<ContainerSet> {
  const provider = stageWorkload(scene, registry, 'vpn')
  const repository = uniqueName('app')
  const pushApp = (version: string) => pushImage(registry, { repository, version, healthcheck: false })
  const app = await pushApp('app')
  const named = (what: string) => `${provider.name}-${what}`
  const names = {
    first: named('first'),
    second: named('second'),
    volumes: named('volumes'),
    linked: named('linked'),
    stopped: named('stopped'),
  }
  await provider.push({ version: 'v1' })
  const quickly = ['--health-interval', '500ms', '--health-start-period', '10s', '--health-start-interval', '200ms']
  const runProvider = () =>
    provider.start(
      '--restart',
      'unless-stopped',
      '--volume',
      '/shared',
      '--volume',
      `${provider.name}:/kept`,
      ...quickly,
    )
  await runProvider()
  const run = (name: string, ...options: string[]) =>
    scene.docker(
      'run',
      '--detach',
      '--name',
      name,
      '--restart',
      'unless-stopped',
      '--stop-timeout',
      '2',
      ...labels.flatMap((each) => ['--label', each]),
      ...options,
      app.reference,
    )
  const inside = ['--network', `container:${provider.name}`]
  await run(names.first, ...inside, '--env', 'PORT=9001')
  await run(names.second, ...inside, '--env', 'PORT=9002')
  await run(names.volumes, '--volumes-from', provider.name)
  await run(names.linked, '--link', `${provider.name}:tunnel`)
  await run(names.stopped, ...inside, '--env', 'PORT=9003')
  await scene.docker('stop', '--time', '0', names.stopped)

  const ask = async (name: string, url: string) => {
    const asking = `wget -q -O - ${url} || echo nothing`
    return scene.docker('exec', name, 'sh', '-c', asking).catch(() => 'does not run')
  }
  return {
    provider,
    names,
    app,
    pushApp: () => pushApp('newer'),
    runProvider,
    answers: async () => ({
      first: await ask(names.first, 'http://127.0.0.1:8080/'),
      second: await ask(names.second, 'http://127.0.0.1:8080/'),
      linked: await ask(names.linked, 'http://tunnel:8080/'),
    }),
  }
}
