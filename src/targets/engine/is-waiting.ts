import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { policyRestarts } from '../../rollout/restart-policy.ts'
import { formatRestartPolicy } from './restart-policy.ts'

/**
 * Whether the engine could not start it again, as it is to. In which words depends on how far the end of what it lives
 * in had come by then: `No such container`, `cannot join`, or that a file below `/proc` is not there.
 */
export const isWaiting = ({ State, HostConfig }: Pick<ContainerInspect, 'State' | 'HostConfig'>): boolean =>
  !State.Running && State.Error !== '' && policyRestarts(formatRestartPolicy(HostConfig.RestartPolicy), State.ExitCode)
