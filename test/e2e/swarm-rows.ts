/** A service, and what has become of it after one pass with a new version pushed. */
export interface ServiceRow {
  readonly kind: string
  readonly options: readonly string[]
  readonly v2?: 'healthy' | 'exits'
  readonly outcome: string | null
  readonly state: string
  readonly code: string
  readonly runs: 'v1' | 'v2'
  readonly tasks: number
  /** What its name begins with, where its own label does not ask for it. */
  readonly unasked?: string
}

/** Rules of the configuration that ask for those whose own labels do not. @param registry where their images are */
export const rulesFor = (registry: string) =>
  [{ name: 'named-*' }, { label: 'maker=us' }, { image: `${registry}/pictured-*` }].map((match) => ({ match }))

/** All kinds of services. */
export const serviceRows: readonly ServiceRow[] = [
  { kind: 'replicated', options: ['--replicas', '2'], outcome: 'GATE_PASSED_WEAK', state: 'current', code: 'CURRENT', runs: 'v2', tasks: 2 },
  { kind: 'start-first', options: ['--update-order', 'start-first'], outcome: 'GATE_PASSED_WEAK', state: 'current', code: 'CURRENT', runs: 'v2', tasks: 1 },
  { kind: 'global', options: ['--mode', 'global'], outcome: 'GATE_PASSED_WEAK', state: 'current', code: 'CURRENT', runs: 'v2', tasks: 1 },
  { kind: 'with a health check', options: ['--health-cmd', 'true', '--health-interval', '500ms'], outcome: 'GATE_PASSED', state: 'current', code: 'CURRENT', runs: 'v2', tasks: 1 },
  { kind: 'of no digest yet', options: ['--no-resolve-image'], outcome: 'GATE_PASSED_WEAK', state: 'current', code: 'CURRENT', runs: 'v2', tasks: 1 },
  { kind: 'scaled to zero', options: ['--replicas', '0'], outcome: null, state: 'ignored', code: 'STOPPED', runs: 'v1', tasks: 0 },
  { kind: 'scaled to zero, cared for', options: ['--replicas', '0', '--label', 'longshore.stopped=update'], outcome: 'SCALED_TO_ZERO', state: 'current', code: 'CURRENT', runs: 'v2', tasks: 0 },
  { kind: 'asked for as of old', unasked: 'old', options: ['--label', 'registry-docker-updater=true'], outcome: 'GATE_PASSED_WEAK', state: 'current', code: 'CURRENT', runs: 'v2', tasks: 1 },
  { kind: 'matched by its name', unasked: 'named', options: [], outcome: 'GATE_PASSED_WEAK', state: 'current', code: 'CURRENT', runs: 'v2', tasks: 1 },
  { kind: 'matched by a label', unasked: 'labelled', options: ['--label', 'maker=us'], outcome: 'GATE_PASSED_WEAK', state: 'current', code: 'CURRENT', runs: 'v2', tasks: 1 },
  { kind: 'matched by its image', unasked: 'pictured', options: [], outcome: 'GATE_PASSED_WEAK', state: 'current', code: 'CURRENT', runs: 'v2', tasks: 1 },
  { kind: 'of which a part finds no node', options: ['--replicas', '2', '--replicas-max-per-node', '1', '--update-parallelism', '0', '--label', 'longshore.gate.deadline=3s'], outcome: 'GATE_PASSED_IN_PART', state: 'held', code: 'SERVICE_UPDATING', runs: 'v2', tasks: 1 },
  { kind: 'bad, which its Swarm pauses', options: ['--replicas', '2'], v2: 'exits', outcome: 'GATE_EXITED', state: 'held', code: 'QUARANTINED', runs: 'v1', tasks: 2 },
  { kind: 'bad, which its Swarm takes back', options: ['--update-failure-action', 'rollback'], v2: 'exits', outcome: 'GATE_EXITED', state: 'held', code: 'QUARANTINED', runs: 'v1', tasks: 1 },
  { kind: 'bad, with which its Swarm goes on', options: ['--update-failure-action', 'continue', '--replicas', '2'], v2: 'exits', outcome: 'GATE_EXITED', state: 'held', code: 'QUARANTINED', runs: 'v1', tasks: 2 },
] // prettier-ignore
