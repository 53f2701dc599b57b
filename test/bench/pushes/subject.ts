import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../services/free-port.ts'
import { run } from '../../services/command.ts'
import { pushImage, type PushedImage } from '../../services/images.ts'
import type { PushRegistry } from '../../services/push.ts'
import type { Stage } from '../rollouts/stage.ts'

/** A host-network web server that is replaced again and again. */
export interface Subject {
  /** As Longshore names it. */
  readonly id: string
  /** Of its container. */
  readonly container: string
  readonly port: number
  readonly repository: string
  readonly registry: PushRegistry
}

/** Makes a service what its file says, as a person does. */
export type BringUp = () => Promise<void>

let versions = 0

/** Pushes a version that differs from all before. */
export function pushNext({ registry, repository }: Pick<Subject, 'registry' | 'repository'>): Promise<PushedImage> {
  return pushImage(registry, { repository, version: `p${(versions += 1)}`, healthcheck: false })
}

/** Starts version 1 as a plain container. */
export async function startContainer(
  stage: Stage,
  registry: PushRegistry,
  name: string,
  isWatched: boolean,
): Promise<Subject> {
  const port = await freePort()
  const subject = { id: `local/container/${name}`, container: name, port, repository: `bench/${name}`, registry }
  const { reference } = await pushNext(subject)
  const label = isWatched ? ['--label', 'longshore.watch=true'] : []
  const settings = ['--network', 'host', '--env', `PORT=${port}`, ...label]
  await stage.docker('run', '--detach', '--name', name, ...settings, reference)
  await stage.settle(port)
  return subject
}

/** Starts version 1 as the only service of a Compose project. */
export async function startService(
  stage: Stage,
  registry: PushRegistry,
  { project, folder, isWatched }: { readonly project: string; readonly folder: string; readonly isWatched: boolean },
): Promise<Subject & { readonly bringUp: BringUp }> {
  const port = await freePort()
  const repository = `bench/${project}`
  const subject = { id: `local/compose/${project}/web`, container: `${project}-web-1`, port, repository, registry }
  const { reference } = await pushNext(subject)
  const own = join(folder, project)
  mkdirSync(own)
  const web = {
    image: reference,
    network_mode: 'host',
    environment: { PORT: `${port}` },
    ...(isWatched && { labels: { 'longshore.watch': 'true' } }),
  }
  const file = join(own, 'compose.yaml')
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ name: project, services: { web } }))
  const env = { PATH: process.env['PATH'], HOME: folder, DOCKER_HOST: stage.host }
  const bringUp = async () => void (await run('docker', ['compose', '-f', file, 'up', '--detach'], { env }))
  await bringUp()
  await stage.settle(port)
  return { ...subject, bringUp }
}
