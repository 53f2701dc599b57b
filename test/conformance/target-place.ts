import { docker, type InspectedContainer } from '../services/docker.ts'
import { startEngine } from '../services/engine.ts'
import { pushImage } from '../services/images.ts'
import { startRegistry } from '../services/registry.ts'
import type { TargetHarness } from './target-harness.ts'

/** An address where no engine is. */
export const nobody = 'unix:///nonexistent/docker.sock'

/** A real engine and registry, for the targets on such an engine, and what these have in common. */
export interface EnginePlace extends Pick<
  TargetHarness,
  'push' | 'useElsewhere' | 'clear' | 'untag' | 'hasImage' | 'look' | 'goAway' | 'comeBack' | 'close'
> {
  readonly host: string
  cli(...args: string[]): Promise<string>
  /** Prints as the first process of a container would. */
  printIn(container: string, line: string, times: number): Promise<void>
}

export async function openEnginePlace(): Promise<EnginePlace> {
  const [engine, registry] = await Promise.all([startEngine(), startRegistry()])
  const cli = (...args: string[]) => docker(engine.host, ...args)
  const lines = async (...args: string[]) => (await cli(...args)).split('\n').filter((line) => line !== '')
  return {
    host: engine.host,
    cli,
    push: (repository, settings) => pushImage(registry, { repository, ...settings }),
    async useElsewhere(name, image) {
      await cli('run', '-d', '--name', name, '--label', 'longshore.test=elsewhere', image)
    },
    async clear(name) {
      const ids = await lines('ps', '-aq', '--filter', `name=${name}`)
      if (ids.length > 0) await cli('rm', '-f', ...ids)
    },
    untag: async (image) => void (await cli('rmi', image)),
    async printIn(container, line, times) {
      const loop = `i=0; while [ $i -lt ${times} ]; do echo "${line}"; i=$((i+1)); done > /proc/1/fd/1`
      await cli('exec', container, 'sh', '-c', loop)
    },
    hasImage: async (id) => (await lines('images', '-aq', '--no-trunc')).includes(id),
    async look() {
      const ids = await lines('ps', '-aq', '--no-trunc')
      // The engine is ours and of a known version.
      const found = ids.length === 0 ? [] : (JSON.parse(await cli('inspect', ...ids)) as InspectedContainer[])
      const format = '{{.Repository}}:{{.Tag}} {{.Digest}} {{.ID}}'
      const images = await lines('images', '--digests', '--no-trunc', '--format', format)
      return { containers: found.map(what).toSorted(byId), images: images.toSorted() }
    },
    goAway: () => engine.kill(),
    comeBack: () => engine.restart(),
    async close() {
      await Promise.all([registry.stop(), engine.stop()])
    },
  }
}

/** What an effect could change; health comes and goes by itself. */
const what = ({ Id, Name, Image, State, HostConfig, NetworkSettings }: InspectedContainer) => ({
  id: Id,
  name: Name,
  image: Image,
  status: State.Status,
  startedAt: State.StartedAt,
  restart: HostConfig.RestartPolicy.Name,
  networks: Object.entries(NetworkSettings.Networks).map(([name, { Aliases }]) => [name, Aliases]),
})

const byId = (one: { readonly id: string }, other: { readonly id: string }) => one.id.localeCompare(other.id)
