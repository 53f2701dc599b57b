/** A request that Longshore makes of an engine, and what lets it through a socket proxy. */
export interface EngineRight {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/v1.NN`; `{id}` is one part of a path, `{image}` the rest of one, slashes included. */
  readonly path: string
  /**
   * The variables of tecnativa/docker-socket-proxy and linuxserver/socket-proxy that let it through, all of them. Older
   * versions know neither `DELETE` nor `ALLOW_*`: there `POST` stands for all.
   */
  readonly variables: readonly string[]
}

const read = (path: string, ...variables: readonly string[]): EngineRight => ({ method: 'GET', path, variables })
const post = (path: string, ...variables: readonly string[]): EngineRight => ({
  method: 'POST',
  path,
  variables: [...variables, 'POST'],
})
const remove = (path: string, ...variables: readonly string[]): EngineRight => ({
  method: 'DELETE',
  path,
  variables: [...variables, 'POST', 'DELETE'],
})

/** All requests that this client can make of any engine. */
export const engineRights: readonly EngineRight[] = [
  read('/version', 'VERSION'),
  read('/events', 'EVENTS'),
  read('/containers/json', 'CONTAINERS'),
  read('/containers/{id}/json', 'CONTAINERS'),
  read('/containers/{id}/logs', 'CONTAINERS', 'ALLOW_LOGS'),
  post('/containers/create', 'CONTAINERS'),
  post('/containers/{id}/start', 'CONTAINERS'),
  post('/containers/{id}/stop', 'CONTAINERS'),
  post('/containers/{id}/restart', 'CONTAINERS'),
  post('/containers/{id}/rename', 'CONTAINERS'),
  post('/containers/{id}/update', 'CONTAINERS'),
  remove('/containers/{id}', 'CONTAINERS'),
  post('/containers/{id}/exec', 'CONTAINERS', 'ALLOW_EXEC'),
  post('/exec/{id}/start', 'EXEC'),
  read('/exec/{id}/json', 'EXEC'),
  read('/images/json', 'IMAGES'),
  read('/images/{image}/json', 'IMAGES'),
  post('/images/create', 'IMAGES'),
  post('/images/{image}/tag', 'IMAGES'),
  remove('/images/{image}', 'IMAGES'),
  post('/networks/{id}/connect', 'NETWORKS'),
  post('/networks/{id}/disconnect', 'NETWORKS'),
  read('/networks/{id}', 'NETWORKS'),
]

/** Those that only Swarm services need: nobody else is asked to give them. */
export const swarmRights: readonly EngineRight[] = [
  read('/services', 'SERVICES'),
  read('/services/{id}', 'SERVICES'),
  post('/services/{id}/update', 'SERVICES'),
  read('/tasks', 'TASKS'),
  read('/tasks/{id}', 'TASKS'),
  read('/tasks/{id}/logs', 'TASKS'),
  read('/distribution/{image}/json', 'DISTRIBUTION'),
  read('/nodes', 'NODES'),
]

/** Those that only `docker compose` makes, beside what it asks as we do. */
export const composeRights: readonly EngineRight[] = [
  { ...read('/_ping', 'PING'), method: 'HEAD' },
  read('/info', 'INFO'),
  read('/networks', 'NETWORKS'),
  read('/volumes/{id}', 'VOLUMES'),
  { ...read('/containers/{id}/archive', 'CONTAINERS'), method: 'HEAD' },
  { ...post('/containers/{id}/archive', 'CONTAINERS'), method: 'PUT' },
]

/** The right that covers a request; undefined when none does. @param path with or without the version, without a query */
export function rightFor(method: string, path: string): EngineRight | undefined {
  const unversioned = path.replace(/^\/v1\.\d+/, '')
  return [...engineRights, ...swarmRights, ...composeRights].find(
    (right) => right.method === method && patternOf(right.path).test(unversioned),
  )
}

const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replace('{id}', '[\\w.%-]+').replace('{image}', '[\\w.%/:@-]+')}$`)
