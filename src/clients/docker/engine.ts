import { createCall } from './call.ts'
import { distributionCalls, type DistributionCalls } from './distribution.ts'
import type { EngineVersion } from './api-version.ts'
import { containerCalls, type ContainerCalls } from './containers.ts'
import { formatEngineAddress, type EngineAddress } from './engine-address.ts'
import { eventCalls, type EventCalls } from './events.ts'
import { execCalls, type ExecCalls } from './execs.ts'
import { imageCalls, type ImageCalls } from './images.ts'
import { logCalls, type LogCalls } from './logs.ts'
import { networkCalls, type NetworkCalls } from './networks.ts'
import { rightCalls, type RightCalls } from './missing-rights.ts'
import { pullCalls, type PullCalls } from './pull.ts'
import { serviceCalls, type ServiceCalls } from './services.ts'

/** The Docker Engine API, as far as it is used here. Every call throws TARGET_* errors and ABORTED. */
export interface Engine
  extends
    ContainerCalls,
    ImageCalls,
    NetworkCalls,
    PullCalls,
    EventCalls,
    ExecCalls,
    LogCalls,
    RightCalls,
    ServiceCalls,
    DistributionCalls {
  /** Where it listens, for messages. */
  readonly address: string
  /** What is spoken with it and what it runs on; asked once per connection. @throws TARGET_UNSUPPORTED */
  version(signal: AbortSignal): Promise<EngineVersion>
  /** Asks whether it answers now. */
  ping(signal: AbortSignal): Promise<void>
  close(): void
}

/** A client of one engine. Connects when first asked. */
export function createEngine(address: EngineAddress): Engine {
  const call = createCall(address)
  return {
    address: formatEngineAddress(address),
    version: call.version,
    ping: call.ping,
    close: call.close,
    ...containerCalls(call),
    ...imageCalls(call),
    ...networkCalls(call),
    ...pullCalls(call),
    ...eventCalls(call),
    ...execCalls(call),
    ...logCalls(call),
    ...rightCalls(call),
    ...serviceCalls(call),
    ...distributionCalls(call),
  }
}
