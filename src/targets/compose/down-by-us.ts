import { dependencies } from '../engine/dependants.ts'
import { workloadId, type ComposeDeps } from './compose-deps.ts'
import { isUp } from './left-alone.ts'
import type { Member, Service } from './services.ts'

/**
 * The same services, with those containers marked that a command of ours left down which was cut off: Compose ends and
 * removes the old ones before it starts the new, so that they look as if a person had stopped them.
 */
export async function withDownByUs(
  { target, wasToRun }: Pick<ComposeDeps, 'target' | 'wasToRun'>,
  services: readonly Service[],
): Promise<readonly Service[]> {
  const mark = async (member: Member, service: Service): Promise<Member> => {
    // Others are no one's followers.
    if (isUp(member.container) || dependencies(member.container).length === 0) return member
    const { State, Created } = member.container
    const hasRun = !State.StartedAt.startsWith('0001-')
    const near = services.filter((each) => each.project === service.project && each.service !== service.service)
    const isDownByUs = await wasToRun({
      workload: workloadId(target, service.project, service.service),
      service: service.service,
      others: near.map((each) => workloadId(target, each.project, each.service)),
      at: Date.parse(hasRun ? State.FinishedAt : Created),
      hasRun,
    })
    return isDownByUs ? { ...member, isDownByUs } : member
  }
  return Promise.all(
    services.map(async (service) => {
      const [first, ...others] = service.members
      const members: Service['members'] = [
        await mark(first, service),
        ...(await Promise.all(others.map((each) => mark(each, service)))),
      ]
      return { ...service, members }
    }),
  )
}
