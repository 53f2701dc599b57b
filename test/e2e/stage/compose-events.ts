import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
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

export function recordEvents({ engine }: Scene): EventRecord {
  const events: ServiceEvent[] = []
  // What happens before it listens is told as well.
  const since = (Date.now() / 1000).toFixed(3)
  const actions = ['start', 'die', 'destroy', 'health_status'].flatMap((each) => ['--filter', `event=${each}`])
  const args = [
    '--host',
    engine.host,
    'events',
    '--since',
    since,
    '--format',
    'json',
    '--filter',
    'type=container',
    ...actions,
  ]
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
  return {
    of: ({ name }, service = 'web') => events.filter((each) => each.project === name && each.service === service),
    stop: () => void child.kill(),
  }
}

/** Fewest and most containers that ran at once, beginning with `before` of them. */
export function countRunning(events: readonly ServiceEvent[], before: number) {
  let running = before
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
