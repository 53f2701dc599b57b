import { AppError } from '../../errors.ts'
import type { Definition, Rollout } from '../../rollout/rollout.ts'
import type { ApplyContext } from '../target.ts'
import { nameParts, type ComposeDeps } from './compose-deps.ts'
import { confine } from './definition/confine.ts'
import { planEdit } from './definition/plan-edit.ts'
import { writeFileSafely } from './definition/write-file-safely.ts'
import { hashIfThere } from './files.ts'
import { projectOf } from './project-of.ts'
import { readDefinition, rootsOf } from './read-definition.ts'
import { findService } from './services.ts'
import { readSnapshot } from './snapshot.ts'

/** J3: the file names the new image, and nothing else in it changes. */
export async function edit(deps: ComposeDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  const planned = plannedEdit(rollout)
  if (planned === null || (await hashIfThere(planned.path)) === planned.after) return
  const { service } = await findService(deps, rollout.name, signal)
  if (service === null) throw new AppError('TARGET_NOT_FOUND', `no container of ${rollout.name} is left`)
  const project = projectOf(service.members[0].compose, deps.configured)
  await deps.inTurn(nameParts(rollout.name).project, async () => {
    const { found } = await readDefinition(deps, project, service.service)
    const change = planEdit(found, rollout.image)
    const isAsPlanned =
      change.kind === 'edit' &&
      change.path === planned.path &&
      change.beforeHash === planned.before &&
      change.afterHash === planned.after
    if (!isAsPlanned) throw editedMeanwhile(planned.path)
    const path = await confine(planned.path, rootsOf(deps, project))
    await writeFileSafely({
      path,
      expectedHash: planned.before,
      newBytes: change.newBytes,
      spareFolder: deps.spareFolder,
    })
  })
}

/** R: the file is, byte for byte, what it was; unless somebody has edited it since. */
export async function editBack(deps: ComposeDeps, rollout: Rollout, { snapshot, signal }: ApplyContext): Promise<void> {
  const planned = plannedEdit(rollout)
  if (planned === null || (await hashIfThere(planned.path)) === planned.before) return
  const { files, compose } = readSnapshot(snapshot)
  const captured = files.find(({ path }) => path === planned.path)
  if (captured === undefined) throw new AppError('INTERNAL', `${planned.path} was not captured`)
  signal.throwIfAborted()
  const path = await confine(planned.path, rootsOf(deps, projectOf(compose, deps.configured)))
  const newBytes = Buffer.from(captured.base64, 'base64')
  await deps.inTurn(nameParts(rollout.name).project, () =>
    writeFileSafely({ path, expectedHash: planned.after, newBytes, spareFolder: deps.spareFolder }),
  )
}

function plannedEdit({ definition }: Rollout): Definition['files'][number] | null {
  const path = definition?.edit?.path
  return definition?.files.find((each) => each.path === path) ?? null
}

const editedMeanwhile = (path: string): AppError =>
  new AppError('TARGET_CONFLICT', `${path} was edited by somebody else meanwhile`)
