import { AppError } from '../../../errors.ts'
import type { Rollout } from '../../../rollout/rollout.ts'
import type { ApplyContext } from '../../target.ts'
import type { DockerDeps } from '../docker-deps.ts'

/** J6: Compose makes its services of the set again, beside the new version. */
export const upDependants = (deps: DockerDeps, rollout: Rollout, context: ApplyContext): Promise<void> =>
  remake(deps, rollout, context, false)

/** R: and again, beside the old one. */
export const upOldDependants = (deps: DockerDeps, rollout: Rollout, context: ApplyContext): Promise<void> =>
  remake(deps, rollout, context, true)

async function remake(
  { remaking }: Pick<DockerDeps, 'remaking'>,
  rollout: Rollout,
  { signal, snapshot }: ApplyContext,
  isWayBack: boolean,
): Promise<void> {
  if (remaking === null) throw new AppError('INTERNAL', 'nothing here makes Compose services again')
  await remaking.remake(rollout, { isWayBack, captured: composedOf(snapshot) }, signal)
}

/** What `capture` kept of them; null where the state is lost. */
const composedOf = (snapshot: unknown): unknown =>
  typeof snapshot === 'object' && snapshot !== null && 'composed' in snapshot ? snapshot.composed : null
