import type { InstanceFacts } from '../../src/rollout/rollout.ts'
import { blankInstance } from './instance-facts.ts'

/** A container of the service, as the fake engine keeps it. */
export type FakeInstance = { -readonly [K in keyof InstanceFacts]: InstanceFacts[K] } & {
  /** What its file said of it when it was made: Compose's config hash. */
  readonly config: string
  readonly number: number
}

export const isUp = ({ status }: Pick<InstanceFacts, 'status'>): boolean =>
  status === 'running' || status === 'restarting'

/** One that was created and never started. */
export const blank: FakeInstance = {
  ...blankInstance,
  config: '',
  number: 0,
}
