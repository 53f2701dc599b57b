import type { PushedImage } from '../../services/images.ts'
import type { PushRegistry } from '../../services/push.ts'
import { stageProject, type StagedProject } from './compose-project.ts'
import type { Scene } from './scene.ts'
import { stageWorkload, type StagedWorkload } from './workload.ts'

/**
 * A watched plain container, and a chain of those that live in its network, each through the one before: `web` of
 * Compose, and in that the plain `debug` and `sync` of another project; `far` lives in `debug`, `aside` in `sync`. The
 * last two live among the processes of the one before, too. Each plain one but the first ends beside a version of the
 * first that is not for it: `not-for-debug`.
 */
export interface Chain {
  /** Serves at 8080. */
  readonly provider: StagedWorkload
  readonly shop: StagedProject
  readonly other: StagedProject
  readonly debug: string
  readonly far: string
  readonly aside: string
  /** `docker run` of the provider, as the first time. */
  runProvider(): Promise<void>
  /** The version of the provider that each of the chain reaches, by its name, and what is odd about it; empty when well. */
  wrong(version: string): Promise<readonly string[]>
}

/** The kernel ends it with what it lives among. */
const amongOf = (on: string) => ['--pid', `container:${on}`, '--restart', 'unless-stopped']

const sleeping = ['sh', '-c', 'trap exit TERM; sleep 100000 & wait']

/** Ends at once beside a version of the first that is called `not-for-<name>`. */
const sleepingBeside = (name: string) => {
  const asking = 'wget -q -O - http://127.0.0.1:8080/'
  return ['sh', '-c', `test "$(${asking})" != not-for-${name} || exit 3; trap exit TERM; sleep 100000 & wait`]
}

/**
 * @param app the image of all but the first
 * @param labels of the first, beside that it is watched
 */
export async function stageChain(
  scene: Scene,
  registry: PushRegistry,
  app: PushedImage,
  ...labels: readonly string[]
): Promise<Chain> {
  const provider = stageWorkload(scene, registry, 'vpn')
  await provider.push({ version: 'v1', healthcheck: false })
  const runProvider = () =>
    provider.start('--restart', 'unless-stopped', '--stop-timeout', '1', ...labels.flatMap((each) => ['--label', each]))
  await runProvider()
  const bring = async (service: string, on: string, more = '') => {
    const project = stageProject(scene, registry)
    const common = 'stop_grace_period: 1s, labels: { longshore.watch: "true" }'
    const own = `image: ${app.reference}, network_mode: "container:${on}", command: ${JSON.stringify(sleeping)}`
    project.write('compose.yaml', `services:\n  ${service}: { ${own}, ${common}${more} }\n`)
    await project.byHand('up', '--detach')
    return { project, container: `${project.name}-${service}-1` }
  }
  const run = async (kind: string, on: string, ...options: string[]) => {
    const name = `${provider.name}-${kind}`
    const own = ['--name', name, '--network', `container:${on}`, '--stop-timeout', '1', ...options]
    await scene.docker('run', '--detach', ...own, app.reference, ...sleepingBeside(kind))
    return name
  }
  const watched = ['--label', 'longshore.watch=true']
  const shop = await bring('web', provider.name)
  const among = `, pid: "container:${shop.container}", restart: unless-stopped`
  const other = await bring('sync', shop.container, among)
  const [debug, aside] = await Promise.all([
    run('debug', shop.container, ...watched),
    run('aside', other.container, ...watched, ...amongOf(other.container)),
  ])
  const far = await run('far', debug)
  const all = [shop.container, other.container, debug, aside, far]
  return {
    provider,
    shop: shop.project,
    other: other.project,
    debug,
    far,
    aside,
    runProvider,
    async wrong(version) {
      const ask = async (name: string) => {
        const asking = 'wget -q -O - http://127.0.0.1:8080/ || echo nothing'
        const answer = await scene.docker('exec', name, 'sh', '-c', asking).catch(() => 'does not run')
        return answer === version ? [] : [`${name}: ${answer}, not ${version}`]
      }
      const expected = [provider.name, ...all].toSorted()
      const prefixes = [provider.name, `${shop.project.name}-`, `${other.project.name}-`]
      const there = (await scene.containers()).filter((name) => prefixes.some((each) => name.startsWith(each)))
      const extra = there.filter((name) => !expected.includes(name)).map((name) => `${name} is left`)
      return [...(await Promise.all(all.map(ask))).flat(), ...extra]
    },
  }
}
