import type { Service } from '../../clients/docker/services.ts'
import type { SwarmNode } from '../../clients/docker/tasks.ts'
import { AppError } from '../../errors.ts'
import type { Workload } from '../target.ts'
import { isJobDone } from './job.ts'
import type { SwarmDeps } from './swarm-deps.ts'
import { readWorkload } from './workload.ts'

/** An engine joins a Swarm rarely: where it is no manager, it is asked this often. */
const askAgainMs = 60_000

/** What of a manager it takes. */
interface SwarmLooking extends Pick<SwarmDeps, 'target' | 'role'> {
  readonly clock: Pick<SwarmDeps['clock'], 'elapsed'>
  readonly engine: Pick<SwarmDeps['engine'], 'listServices' | 'listNodes' | 'listTasks'>
}

/** All services of the Swarm that the engine manages; none where it is no manager, or may not be asked as one. */
export async function listWorkloads(deps: SwarmLooking, signal: AbortSignal): Promise<readonly Workload[]> {
  const services = await managed(deps, signal)
  if (services.length === 0) return []
  const platform = platformOf(await deps.engine.listNodes(signal))
  const read = async (service: Service) =>
    readWorkload({ target: deps.target, service, platform, isJobDone: await isJobDone(deps, service, signal) })
  return Promise.all(services.map(read))
}

async function managed({ engine, role, clock }: SwarmLooking, signal: AbortSignal): Promise<readonly Service[]> {
  const isRecent = clock.elapsed() - role.askedAt < askAgainMs
  if (role.kind !== null && role.kind !== 'manager' && isRecent) return []
  const found = await askServices(engine, signal)
  role.kind = typeof found === 'string' ? found : 'manager'
  role.askedAt = clock.elapsed()
  return typeof found === 'string' ? [] : found
}

/** Who was never given the rights of a manager has no services there, rather than trouble with them. */
async function askServices(engine: SwarmLooking['engine'], signal: AbortSignal) {
  try {
    return await engine.listServices(signal)
  } catch (error) {
    if (error instanceof AppError && error.code === 'TARGET_FORBIDDEN') return 'forbidden'
    throw error
  }
}

/** Why services that were seen here before are not seen now; null where none can be missed. */
export function outOfSight({ role }: Pick<SwarmDeps, 'role'>): string | null {
  if (role.kind === 'worker') return 'its engine is a worker of the Swarm, whose services only a manager tells'
  return role.kind === 'forbidden' ? 'its engine does not let us see the services of a Swarm' : null
}

/** What most of the machines are that take tasks; null where none does. */
function platformOf(nodes: readonly SwarmNode[]) {
  const available = nodes.filter((each) => each.isAvailable && each.os !== '' && each.architecture !== '')
  const groups = Map.groupBy(available, ({ os, architecture }) => `${os}/${architecture}`)
  const [most] = [...groups.values()].toSorted((one, other) => other.length - one.length)
  return most?.[0] ?? null
}
