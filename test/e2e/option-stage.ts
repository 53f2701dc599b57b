import { mkdirSync, rmSync, writeFileSync, copyFileSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import type { ContainerInspect, ImageInspect, NetworkEndpoint } from '../../src/clients/docker/shapes.ts'
import { parseEngineAddress } from '../../src/clients/docker/engine-address.ts'
import { createEngine } from '../../src/clients/docker/engine.ts'
import { inheritedMounts } from '../../src/targets/docker/sets/inherited.ts'
import { carryOver, type CarriedOver } from '../../src/targets/docker/carry-over.ts'
import type { Order } from '../../src/rollout/rollout.ts'
import { run } from '../services/command.ts'
import { makePrivateFolder, removeAbandonedFolders } from '../services/private-folder.ts'
import type { OptionBody, OptionCase, OptionSubjects } from './option-case.ts'
import { makeSubjects, nameSubjects } from './option-subjects.ts'

const oldImage = `
FROM scratch
COPY busybox /bin/busybox
ENV PATH=/bin COLOR=blue OLD=1
LABEL maker=us version=1 longshore.policy=newest
EXPOSE 80 81/udp
VOLUME /data /logs
USER 1000
WORKDIR /old
STOPSIGNAL SIGINT
HEALTHCHECK --interval=5s --retries=2 CMD ["/bin/busybox", "true"]
ENTRYPOINT ["/bin/busybox", "sleep"]
CMD ["1000"]
`

/** Differs from the old one in everything that an image can say. */
const newImage = `
FROM scratch
COPY busybox /bin/busybox
ENV PATH=/bin:/usr/bin COLOR=green NEW=1
LABEL maker=them version=2 longshore.order=start-first
EXPOSE 80 82/tcp
VOLUME /data /cache
USER 2000
WORKDIR /new
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=6s --timeout=3s CMD ["/bin/busybox", "true", "new"]
ENTRYPOINT ["/bin/busybox", "env", "/bin/busybox", "sleep"]
CMD ["2000"]
`

/** An engine with two images and everything that the cases refer to. */
export interface Stage {
  readonly subjects: OptionSubjects
  readonly oldImage: ImageInspect
  readonly newImage: ImageInspect
  readonly apiVersion: string
  readonly folder: string
  cli(...args: string[]): Promise<string>
  /** @param version of the API, the engine's newest unless given */
  inspect(container: string, version?: string): Promise<ContainerInspect>
  /** What the cases of a place refer to. */
  at(place: number): OptionSubjects
  /** Creates a container of the old or the new image with the command of `docker create`, or by the API. */
  create(image: 'old' | 'new', given: Pick<OptionCase, 'options' | 'command' | 'connect' | 'body'>): Promise<string>
  /** Creates the container that replaces another, as a rollout does. */
  replace(
    old: ContainerInspect,
    given?: ReplaceOptions,
  ): Promise<{ readonly id: string; readonly carried: CarriedOver }>
  start(container: string): Promise<void>
  kill(container: string): Promise<void>
  /** Connects a container anew. */
  reconnect(container: string, endpoints: readonly NetworkEndpoint[]): Promise<void>
  /** Removes containers with the volumes that nobody named. */
  remove(...containers: string[]): Promise<void>
  close(): Promise<void>
}

interface ReplaceOptions {
  readonly order?: Order
  readonly apiVersion?: string
  readonly from?: ImageInspect
}

/**
 * @param host as in `DOCKER_HOST`, a Unix socket
 * @param program the `docker` command, the installed one unless told otherwise
 */
export async function setStage(host: string, program = 'docker'): Promise<Stage> {
  const prefix = `longshore-options-${process.pid}`
  removeAbandonedFolders(/options/)
  const folder = makePrivateFolder('options')
  const engine = createEngine(parseEngineAddress(host))
  const { signal } = new AbortController()
  const cli = async (...args: string[]) => {
    const env = { ...process.env, DOCKER_HOST: host, DOCKER_BUILDKIT: '0' }
    return (await run(program, args, { env })).trim()
  }
  const call = engineCaller(host.replace(/^unix:\/\//, ''))
  const subjects = nameSubjects(prefix, folder)
  const networks = [subjects.front, subjects.back, subjects.six]
  const images = { old: `${prefix}:old`, new: `${prefix}:new` }
  let created = 0
  const nextName = () => `${prefix}-${(created += 1)}`

  // What we do for a person is closed again even when the rest of the stage could not be set.
  const close = async () => {
    const containers = await cli('ps', '--all', '--quiet', '--filter', `name=^/${prefix}-`)
    if (containers !== '') await cli('rm', '--force', '--volumes', ...containers.split('\n'))
    await cli('volume', 'rm', '--force', subjects.volume)
    // One that is not there is not worth an error; older commands have no `--force`.
    for (const network of networks) await cli('network', 'rm', network).catch(() => {})
    await cli('image', 'rm', '--force', images.old, images.new)
    engine.close()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    for (const [tag, text] of [[images.old, oldImage] as const, [images.new, newImage] as const]) {
      await buildImage(cli, join(folder, 'context'), tag, text)
    }
    await makeSubjects(cli, subjects, images.old, '/bin/busybox')
  } catch (error) {
    await close()
    throw error
  }

  const apiVersion = await cli('version', '--format', '{{.Server.APIVersion}}')
  const inspectImage = async (tag: string) =>
    // The engine's answer is trusted to be what its API says.
    (await call('GET', `/v${apiVersion}/images/${tag}/json`)) as ImageInspect
  const post = (path: string, body: OptionBody) => call('POST', `/v${apiVersion}/${path}`, body)
  const stage: Stage = {
    subjects,
    oldImage: await inspectImage(images.old),
    newImage: await inspectImage(images.new),
    apiVersion,
    folder,
    cli,
    close,
    inspect: async (container, version = apiVersion) =>
      // The engine's answer is trusted to be what its API says.
      (await call('GET', `/v${version}/containers/${container}/json`)) as ContainerInspect,
    at: (place) => ({ ...subjects, place }),
    async create(image, { options, command = [], connect = [], body }) {
      const name = nextName()
      if (body !== undefined)
        await post(`containers/create?name=${name}`, { Image: images[image], HostConfig: {}, ...body })
      else {
        // The command refuses to write over one that is there.
        const own = options.map((option) => (option === `${folder}/cid` ? join(folder, `cid-${name}`) : option))
        await cli('create', '--name', name, ...own, images[image], ...command)
      }
      for (const args of connect) await cli('network', 'connect', ...args, name)
      return name
    },
    async replace(old, { order = 'stop-first', apiVersion: version = apiVersion, from = stage.oldImage } = {}) {
      const carried = carryOver({
        old,
        oldImage: from,
        image: images.new,
        order,
        operationLabels: { 'longshore.operation': 'two' },
        apiVersion: version,
        inherited: await inheritedMounts({ engine }, old, [], signal),
      })
      const answer = await call('POST', `/v${version}/containers/create?name=${nextName()}`, carried.body)
      // As the API says.
      const { Id: id } = answer as { Id: string }
      for (const { network, endpoint } of carried.connectAfterCreate) {
        await call('POST', `/v${version}/networks/${network}/connect`, { Container: id, EndpointConfig: endpoint })
      }
      await call('POST', `/v${version}/containers/${id}/update`, { RestartPolicy: old.HostConfig.RestartPolicy })
      return { id, carried }
    },
    async start(container) {
      await call('POST', `/v${apiVersion}/containers/${container}/start`)
    },
    async kill(container) {
      await call('POST', `/v${apiVersion}/containers/${container}/kill`)
    },
    async reconnect(container, endpoints) {
      for (const { network, endpoint } of endpoints) {
        await call('POST', `/v${apiVersion}/networks/${network}/disconnect`, { Container: container })
        await call('POST', `/v${apiVersion}/networks/${network}/connect`, {
          Container: container,
          EndpointConfig: endpoint,
        })
      }
    },
    async remove(...containers) {
      for (const container of containers) {
        await call('DELETE', `/v${apiVersion}/containers/${container}?force=1&v=1`)
      }
    },
  }
  return stage
}

async function buildImage(cli: Stage['cli'], folder: string, tag: string, text: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  copyFileSync('/bin/busybox', join(folder, 'busybox'))
  writeFileSync(join(folder, 'Dockerfile'), text)
  await cli('build', '--quiet', '--tag', tag, folder)
}

/** Speaks the engine's API without our own client, so that nothing of ours stands between body and engine. */
function engineCaller(socketPath: string) {
  return (method: string, path: string, body?: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const request = http.request(
        { socketPath, method, path, headers: { 'content-type': 'application/json' }, timeout: 30_000 },
        async (response) => {
          const text = (await response.setEncoding('utf8').toArray()).join('')
          if ((response.statusCode ?? 500) < 400) resolve(text === '' ? null : JSON.parse(text))
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`))
        },
      )
      request.on('timeout', () => request.destroy(new Error(`${method} ${path}: no answer`)))
      request.on('error', reject)
      request.end(body === undefined ? undefined : JSON.stringify(body))
    })
}
