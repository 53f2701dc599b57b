import { AppError } from '../../../errors.ts'
import type { Rollout } from '../../../rollout/rollout.ts'
import { requireSupport } from '../../engine/engine-support.ts'
import { requireInstance } from '../../engine/require-instance.ts'
import { startFailure } from '../../engine/start-failure.ts'
import type { ApplyContext } from '../../target.ts'
import { checkImage } from '../apply-create.ts'
import type { DockerDeps } from '../docker-deps.ts'
import { findNew } from '../instance.ts'
import { operationLabels } from '../labels.ts'
import { requireRights } from '../require-rights.ts'
import { settleNetworks } from '../settle-networks.ts'
import { createBody, endpointsOf } from './create-body.ts'

/**
 * J3 of a container that does not exist: it is made as the configuration writes it, under its own name, not started. One
 * that exists already, by the operation label, is completed: a create whose answer was lost is never sent twice.
 *
 * @throws TARGET_CONFLICT when somebody else holds the name; TARGET_UNSUPPORTED, TARGET_FORBIDDEN before anything is made
 */
export async function createEnsured(deps: DockerDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  const { engine } = deps
  await requireSupport(deps, rollout, signal)
  await requireRights(deps, rollout, signal)
  const spec = deps.ensured.find(({ name }) => name === rollout.name)
  if (spec === undefined) {
    throw new AppError('TARGET_NOT_FOUND', `the configuration no longer says what ${rollout.name} is`)
  }
  const candidate = await engine.inspectImage(`${rollout.repository}@${rollout.digest}`, signal)
  if (candidate === null) throw new AppError('TARGET_NOT_FOUND', `the image of ${rollout.name} is gone from the engine`)
  const { api } = await engine.version(signal)
  const labels = operationLabels(rollout, endpointsOf(spec))
  const { body, connectAfterCreate } = createBody(spec, rollout.image, labels, api)
  deps.newInstances.delete(rollout.id)
  const existing = await findNew(deps, rollout, signal)
  const create = async (): Promise<string> => {
    await engine.tagImage(candidate.Id, rollout.repository, rollout.tag, signal)
    try {
      return await engine.createContainer(rollout.name, body, null, signal)
    } catch (error) {
      throw startFailure(error)
    }
  }
  const id = existing ?? (await create())
  deps.newInstances.set(rollout.id, id)
  const container = await requireInstance(deps, id, signal)
  await checkImage(deps, container, candidate, rollout, signal)
  await settleNetworks(deps, container, { connectAfterCreate }, signal)
}
