import type { InstanceFacts } from '../../src/rollout/rollout.ts'

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
  id: '',
  name: '',
  image: '',
  status: 'created',
  restart: 'no',
  exitCode: 0,
  error: '',
  health: 'none',
  probe: null,
  healthBudgetMs: 0,
  restarts: 0,
  startedAt: null,
  finishedAt: null,
  connected: true,
  stoppedByHand: false,
  config: '',
  number: 0,
}
