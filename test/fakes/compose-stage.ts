import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Compose } from '../../src/clients/compose/compose.ts'
import type { ComposeProject } from '../../src/clients/compose/project.ts'
import type { ComposeStep } from '../../src/clients/compose/steps.ts'
import type { UpOptions } from '../../src/clients/compose/up.ts'
import type { ContainerSummary } from '../../src/clients/docker/containers.ts'
import type { EngineRight } from '../../src/clients/docker/engine-rights.ts'
import type { EngineEvent } from '../../src/clients/docker/events.ts'
import type { Engine } from '../../src/clients/docker/engine.ts'
import type { ContainerInspect, ImageInspect } from '../../src/clients/docker/shapes.ts'
import { AppError } from '../../src/errors.ts'
import { createTurns } from '../../src/lib/in-turn.ts'
import type { ComposeDeps } from '../../src/targets/compose/compose-deps.ts'
import { createInspections } from '../../src/targets/engine/inspections.ts'
import { startFakeClock } from './clock.ts'
import { summaryOf } from './container-of.ts'

/** What the fake Compose was asked to do, and with what. */
export interface UpCall {
  readonly project: ComposeProject
  readonly services: readonly string[]
  readonly options: UpOptions
  /** Texts of its files at that time. */
  readonly texts: readonly string[]
}

/** An engine and a Compose that a test scripts, and a real folder for files. */
export function stageCompose(containers: readonly ContainerInspect[] = []) {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-compose-stage-'))
  const clock = startFakeClock()
  const world = {
    containers: [...containers],
    /** By engine id, and by every name. */
    images: new Map<string, ImageInspect>([['sha256:old', { Id: 'sha256:old' }]]),
    /** What was done to the engine, in order. */
    done: [] as string[],
    ups: [] as UpCall[],
    dryRuns: [] as UpCall[],
    /** What Compose gets of ours. */
    environment: { PATH: '/usr/bin' } as Record<string, string>,
    /** What `config --hash` says. */
    hash: 'hash',
    version: '2.26.1',
    isRootless: false,
    /** What a proxy does not let through: `DELETE /containers/{id}`. */
    refused: null as string | null,
    /** What the engine remembers, the oldest first; null for one that does not tell. */
    events: [] as readonly EngineEvent[] | null,
    unsetVariables: [] as readonly string[],
    /** What a dry run says. */
    steps: [] as readonly ComposeStep[],
    /** The same where nothing is to be started; null for no difference. */
    unstartedSteps: null as readonly ComposeStep[] | null,
    problem: null as AppError | null,
    /** Called in the middle of `up`. */
    onUp: async (_call: UpCall): Promise<void> => {},
  }
  const find = (id: string) => world.containers.find((each) => each.Id === id || each.Name === `/${id}`)
  const engine = {
    version: async () => ({ product: 'docker', isRootless: world.isRootless }),
    missingRights: async (_: AbortSignal, rights: readonly EngineRight[]) =>
      rights
        .map(({ method, path }) => `${method} ${path}`)
        .filter((right) => right === world.refused)
        .map((right) => new AppError('TARGET_FORBIDDEN', `the proxy refuses ${right}`)),
    listContainers: async (_: AbortSignal, label?: string) =>
      world.containers.map(summaryOf).filter((each) => label === undefined || hasLabel(each, label)),
    inspectContainer: async (id: string) => find(id) ?? null,
    inspectImage: async (reference: string) => world.images.get(reference) ?? null,
    listImageTags: async (repository: string) =>
      [...world.images]
        .filter(([name]) => name.startsWith(`${repository}:`))
        .map(([name, { Id }]) => ({ tag: name.slice(repository.length + 1), image: Id })),
    rememberedEvents: async () => {
      if (world.events === null) throw new AppError('TARGET_UNAVAILABLE', 'GET /events: socket hang up')
      return world.events
    },
    tagImage: async (image: string, repository: string, tag: string) => {
      world.done.push(`tag ${repository}:${tag} ${image}`)
      world.images.set(`${repository}:${tag}`, world.images.get(image) ?? { Id: image })
    },
    startContainer: async (id: string) => {
      world.done.push(`start ${id}`)
      const State = { Status: 'running', Running: true, StartedAt: '2026-01-02T00:00:00Z' } as const
      world.containers = world.containers.map((each) =>
        each.Id === id ? { ...each, State: { ...each.State, ...State } } : each,
      )
    },
    restartContainer: async (id: string) => void world.done.push(`restart ${id}`),
    stopContainer: async (id: string) => void world.done.push(`stop ${id}`),
    removeContainer: async (id: string) => {
      world.done.push(`remove ${id}`)
      world.containers = world.containers.filter((each) => each.Id !== id)
    },
    renameContainer: async (id: string, name: string) => {
      world.done.push(`rename ${id} ${name}`)
      world.containers = world.containers.map((each) => (each.Id === id ? { ...each, Name: `/${name}` } : each))
    },
  }
  const call = (project: ComposeProject, services: readonly string[], options: UpOptions): UpCall => ({
    project,
    services,
    options,
    texts: [...project.files, ...project.envFiles].map((path) => readText(path)),
  })
  const compose: Compose = {
    environment: world.environment,
    find: async () => ({ command: ['docker', 'compose'], reader: ['docker', 'compose'], version: world.version }),
    readConfig: async () => ({ services: new Map(), raw: {}, unsetVariables: world.unsetVariables }),
    configHash: async () => world.hash,
    async up(project, services, options) {
      const made = call(project, services, options)
      world.ups.push(made)
      await world.onUp(made)
      return []
    },
    async dryRunUp(project, services, options) {
      world.dryRuns.push(call(project, services, options))
      if (options.noStart === true) return { steps: world.unstartedSteps ?? world.steps, problem: null }
      return { steps: world.steps, problem: world.problem }
    },
    findProcesses: async () => [],
    waitForOrphans: async () => 0,
  }
  const path = (file: string) => join(folder, file)
  const deps: ComposeDeps = {
    target: 'local',
    host: 'unix:///none',
    // Nothing else of it is asked here.
    engine: engine as unknown as Engine,
    inspections: createInspections(engine),
    lateCommands: new Map(),
    pulls: createTurns(),
    self: { container: null, hostname: 'server' },
    clock,
    compose,
    configured: [],
    roots: [],
    allowRemote: false,
    spareFolder: path('.spare'),
    inTurn: createTurns(),
    settled: new Set(),
    wasToRun: async () => false,
    usedBy: new Map(),
    agreed: new Map(),
  }
  return {
    deps,
    world,
    folder,
    path,
    write(file: string, text: string): string {
      mkdirSync(dirname(path(file)), { recursive: true })
      writeFileSync(path(file), text)
      return path(file)
    },
    read: (file: string): string => readText(path(file)),
    close: (): void => rmSync(folder, { recursive: true, force: true }),
  }
}

const readText = (path: string): string => readFileSync(path, 'utf8')

function hasLabel({ labels }: ContainerSummary, wanted: string): boolean {
  const [key = '', value] = wanted.split('=')
  return value === undefined ? labels[key] !== undefined : labels[key] === value
}
