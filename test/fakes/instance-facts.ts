import type { InstanceFacts } from '../../src/rollout/facts.ts'

/** An instance that was created and never started, of no image and without a name. */
export const blankInstance: InstanceFacts = {
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
}
