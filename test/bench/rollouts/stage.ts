import { docker, inspect } from '../../services/docker.ts'
import { startEngine } from '../../services/engine.ts'
import type { Behaviour } from '../../services/image-content.ts'
import type { PushedImage } from '../../services/images.ts'
import { pushImage } from '../../services/images.ts'
import { ensureInstalled } from '../../services/install.ts'
import { startRegistry } from '../../services/registry.ts'
import { waitUntil } from '../../services/wait.ts'
import type { RawEngine } from './raw-engine.ts'
import { openRawEngine } from './raw-engine.ts'

/** A real engine and a real registry, on which everything below is measured. */
export interface Stage extends AsyncDisposable {
  /** For `DOCKER_HOST`. */
  readonly host: string
  readonly raw: RawEngine
  docker(...args: string[]): Promise<string>
  /** Pushes a version that differs from all before. */
  push(repository: string, how?: { behaviour?: Behaviour; healthcheck?: false }): Promise<PushedImage>
  /** When a container started and last ended, by the engine's clock, in milliseconds since the epoch. */
  times(container: string): Promise<{ readonly startedAt: number; readonly finishedAt: number }>
  /** Waits until a port of this machine answers. */
  settle(port: number): Promise<void>
  /** Waits until a container has printed a line. */
  untilPrinted(container: string, line: string): Promise<void>
}

export async function openStage(): Promise<Stage> {
  await ensureInstalled(['engine', 'docker', 'registry', 'busybox'], (line) => void process.stderr.write(`${line}\n`))
  const engine = await startEngine()
  const registry = await startRegistry()
  const raw = openRawEngine(engine.host)
  let versions = 0
  return {
    host: engine.host,
    raw,
    docker: (...args) => docker(engine.host, ...args),
    push: (repository, how) => pushImage(registry, { repository, version: `v${(versions += 1)}`, ...how }),
    async times(container) {
      const found = await inspect(engine.host, container)
      if (found === undefined) throw new Error(`there is no container ${container}`)
      return { startedAt: Date.parse(found.State.StartedAt), finishedAt: Date.parse(found.State.FinishedAt) }
    },
    async settle(port) {
      await waitUntil(`port ${port} answers`, () => answers(port), { everyMs: 10 })
    },
    async untilPrinted(container, line) {
      const isPrinted = async () => (await docker(engine.host, 'logs', container)).split('\n').includes(line)
      await waitUntil(`${container} prints ${line}`, isPrinted, { limitMs: 15_000 })
    },
    async [Symbol.asyncDispose]() {
      raw.close()
      await registry.stop()
      await engine.stop()
    },
  }
}

async function answers(port: number): Promise<true | undefined> {
  const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1000) })
  await response.body?.cancel()
  return response.ok ? true : undefined
}
