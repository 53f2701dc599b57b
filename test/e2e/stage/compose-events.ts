import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { waitUntil } from '../../services/wait.ts'
import type { Scene } from './scene.ts'
import type { StagedProject } from './compose-project.ts'

/** What happened to a container of a service. */
export interface ServiceEvent {
  /** Milliseconds since the epoch, by the engine's clock. */
  readonly at: number
  readonly action: string
  readonly project: string
  readonly service: string
  readonly id: string
}

/** Takes down what happens to the containers of an engine, since that keeps only the latest 256 events itself. */
export interface EventRecord {
  /** What happened to the containers of a service, in order. */
  of(project: StagedProject, service?: string): readonly ServiceEvent[]
  stop(): void
}

export async function recordEvents({ engine, docker }: Scene): Promise<EventRecord> {
  const events: ServiceEvent[] = []
  const actions = ['start', 'die', 'destroy', 'health_status'].flatMap((each) => ['--filter', `event=${each}`])
  const args = ['--host', engine.host, 'events', '--format', 'json', '--filter', 'type=container', ...actions]
  const child = spawn('docker', args, { stdio: ['ignore', 'pipe', 'ignore'] })
  createInterface(child.stdout).on('line', (line) => {
    // The engine is ours and of a known version.
    const { timeNano, Action, Actor } = JSON.parse(line) as {
      timeNano: number
      Action: string
      Actor: { ID: string; Attributes: Record<string, string> }
    }
    const label = (name: string) => Actor.Attributes[`com.docker.compose.${name}`] ?? ''
    events.push({
      at: timeNano / 1e6,
      action: Action,
      project: label('project'),
      service: label('service'),
      id: Actor.ID,
    })
  })
  // What it says first tells that it listens.
  const probe = await docker('create', '--entrypoint', '/nothing', await anyImage(docker))
  await waitUntil('events are taken down', async () => {
    await docker('start', probe).catch(() => undefined)
    return events.some(({ id }) => id === probe)
  })
  return {
    of: ({ name }, service = 'web') => events.filter((each) => each.project === name && each.service === service),
    stop: () => void child.kill(),
  }
}

async function anyImage(docker: Scene['docker']): Promise<string> {
  const [image] = (await docker('images', '--quiet')).split('\n')
  if (image === undefined || image === '') throw new Error('the engine has no image')
  return image
}

/** Fewest and most containers that ran at once, beginning with `running` of them. */
export function countRunning(events: readonly ServiceEvent[], running: number) {
  const counts = [running]
  for (const { action } of events) {
    if (action === 'start') running += 1
    if (action === 'die') running -= 1
    counts.push(running)
  }
  return { fewest: Math.min(...counts), most: Math.max(...counts) }
}

/** Milliseconds from the end of the first container to the start of the last. */
export function replacementMs(events: readonly ServiceEvent[]): number {
  const ended = events.find(({ action }) => action === 'die')
  const started = events.findLast(({ action }) => action === 'start')
  if (ended === undefined || started === undefined) throw new Error('nothing was replaced')
  return started.at - ended.at
}
