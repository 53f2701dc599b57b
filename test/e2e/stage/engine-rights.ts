import {
  composeRights as clientComposeRights,
  engineRights as clientRights,
} from '../../../src/clients/docker/engine-rights.ts'

/**
 * What Longshore asks of an engine: the only requests that a proxy between the two has to let through.
 * The end-to-end test of our image runs behind a proxy that allows these and nothing else, and sees each one used;
 * docs/socket-proxy.md and examples/compose.socket-proxy.yaml are held equal to it.
 */
export interface EngineRight {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/v1.NN`; `{id}` is one part of a path, `{image}` the rest of one, slashes included. */
  readonly path: string
  readonly why: string
  /** Whether only `docker compose`, which Longshore runs for Compose services, asks it. */
  readonly isCompose?: boolean
  /** The variables of tecnativa/docker-socket-proxy that let it through, all of them. */
  readonly variables: readonly string[]
}

/** What it is for, by request; the rest is the client's own tables. */
const purposes: Readonly<Record<string, string>> = {
  'GET /version': 'the version of the API, and whether the engine answers',
  'GET /events': 'what happens to containers and images, at once',
  'GET /containers/json': 'what there is',
  'GET /containers/{id}/json': 'settings, health, exits',
  'GET /containers/{id}/logs': 'the last lines of a version that failed',
  'POST /containers/create': 'the new version',
  'POST /containers/{id}/start': 'the new version, and the old on the way back',
  'POST /containers/{id}/stop': 'the old version, and the new on the way back',
  'POST /containers/{id}/restart': 'what lives in one that was started again',
  'POST /containers/{id}/rename': 'old and new change names',
  'POST /containers/{id}/update': 'the restart policy, off and on again',
  'DELETE /containers/{id}': 'what it replaced or made itself',
  'POST /containers/{id}/exec': 'exec probes and hooks of the configuration file',
  'POST /exec/{id}/start': 'exec probes and hooks',
  'GET /exec/{id}/json': 'exec probes and hooks',
  'GET /images/json': 'the tags with which it protects images',
  'GET /images/{image}/json': 'digests, platform and defaults of an image',
  'POST /images/create': 'pulls',
  'POST /images/{image}/tag': 'the tag that the container names, and one that protects the old image',
  'DELETE /images/{image}': 'its own tags, and superseded images',
  'POST /networks/{id}/connect': 'start-first, and several networks',
  'POST /networks/{id}/disconnect': 'start-first',
  'GET /networks/{id}': 'networks that a container is on no more, and those of a project',
  'HEAD /_ping': 'the version of the API',
  'GET /info': 'what engine it is, before each dry run',
  'GET /networks': 'networks that are `external`',
  'GET /volumes/{id}': 'the volumes of a project',
  'HEAD /containers/{id}/archive': 'secrets and configs that are no files, in dry runs',
  'PUT /containers/{id}/archive': 'secrets and configs that are no files',
}

const withPurpose = (right: Omit<EngineRight, 'why'>): EngineRight => ({
  ...right,
  why: purposes[formatRight(right)] ?? '',
})

export const engineRights: readonly EngineRight[] = [
  ...clientRights.map(withPurpose),
  ...clientComposeRights.map((right) => ({ ...withPurpose(right), isCompose: true })),
]

/** The right that covers a request; undefined when none does. @param url as it stands in the request line */
export function rightFor(method: string, url: string): EngineRight | undefined {
  const path = (url.split('?')[0] ?? '').replace(/^\/v1\.\d+/, '')
  return engineRights.find((right) => right.method === method && patternOf(right.path).test(path))
}

/** All variables of the proxy that have to be on, in order. */
export const proxyVariables: readonly string[] = [
  ...new Set(engineRights.flatMap(({ variables }) => variables)),
].toSorted()

/** `POST /containers/{id}/start` */
export function formatRight({ method, path }: Pick<EngineRight, 'method' | 'path'>): string {
  return `${method} ${path}`
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace('{id}', '[\\w.%-]+').replace('{image}', '[\\w.%/:@-]+')}$`)
}
