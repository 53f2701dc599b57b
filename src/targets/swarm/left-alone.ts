import type { Service } from '../../clients/docker/services.ts'
import { parseReference } from '../../image/reference.ts'
import type { LeftAlone } from '../target.ts'

/** Why a service is not to be told anything, or not now; null when it may be. */
export function leftAlone(service: Service): LeftAlone | null {
  const { mode, image, replicas } = service
  if (image === '') return because('NOT_READABLE', 'it runs a plug-in, which has no image to follow')
  if (!hasTag(image)) return because('NOT_A_TAG', 'it names a digest without a tag, so there is no tag to follow')
  if (mode === 'replicated-job' || mode === 'global-job') {
    const job = because('JOB', 'it is a job, which another image would start again')
    return { ...job, liftedBy: { setting: 'jobs', next: null } }
  }
  const busy = whyBusy(service)
  if (busy !== null) return { ...because('SERVICE_UPDATING', busy), isHeld: true }
  if (replicas === 0) {
    return { ...because('STOPPED', 'it is scaled to zero'), liftedBy: { setting: 'stopped', next: null } }
  }
  return null
}

const because = (code: string, sentence: string): LeftAlone => ({ code, sentence })

function hasTag(image: string): boolean {
  try {
    const { tag, digest } = parseReference(image)
    return tag !== null || digest === null
  } catch {
    return false
  }
}

/** An update that somebody else began goes first, and one that the Swarm paused is for a person. */
function whyBusy({ update, name }: Service): string | null {
  switch (update?.state) {
    case 'updating':
      return 'an update of it is under way'
    case 'rollback_started':
      return 'its Swarm is taking an update back'
    case 'paused':
      return `its Swarm paused an update (${update.message}); look at: docker service ps ${name}`
    case 'rollback_paused':
      return `its Swarm paused a rollback (${update.message}); look at: docker service ps ${name}`
    default:
      return null
  }
}
