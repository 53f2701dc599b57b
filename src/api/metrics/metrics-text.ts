import { Counter, Gauge, Registry } from 'prom-client'
import type { Metrics } from '../../app/answers/read-metrics.ts'
import { redact } from '../../lib/secret.ts'

/** One measure with all its samples. */
interface Family {
  /** A counter only grows until the process ends. */
  readonly kind: 'gauge' | 'counter'
  readonly name: string
  readonly help: string
  readonly labels: readonly string[]
  /** Values by labels, in the order of `labels`. */
  readonly read: (metrics: Metrics) => readonly (readonly [readonly string[], number])[]
}

/** Everything that is measured, in the order in which it is told. docs/metrics.md names each. */
export const families: readonly Family[] = [
  {
    kind: 'gauge',
    name: 'longshore_held',
    help: '1 while everything is held until `longshore resume`.',
    labels: [],
    read: ({ isHeld }) => [[[], Number(isHeld)]],
  },
  {
    kind: 'gauge',
    name: 'longshore_target_held',
    help: '1 for each target on which no rollout begins by itself until `longshore release`.',
    labels: ['target'],
    read: ({ heldTargets }) => heldTargets.map((target) => [[target], 1]),
  },
  {
    kind: 'gauge',
    name: 'longshore_workloads',
    help: 'Workloads by state, as `longshore status` shows them.',
    labels: ['target', 'state'],
    read: ({ workloads }) => workloads.map(({ target, state, count }) => [[target, state], count]),
  },
  {
    kind: 'counter',
    name: 'longshore_rollouts_total',
    help: 'Rollouts that ended, by outcome.',
    labels: ['target', 'outcome'],
    read: ({ rollouts }) => rollouts.map(({ target, outcome, count }) => [[target, outcome], count]),
  },
  {
    kind: 'counter',
    name: 'longshore_event_requests_total',
    help: 'Requests to the sources of events, by what became of them; source is empty for names that no source has.',
    labels: ['source', 'outcome'],
    read: ({ senders }) =>
      senders.flatMap((each) =>
        senderOutcomes.map((outcome) => [[each.source ?? '', outcome], each[outcome]] as const),
      ),
  },
  {
    kind: 'counter',
    name: 'longshore_registry_requests_total',
    help: 'Requests to registries; status is `failed` where no whole answer came.',
    labels: ['host', 'method', 'status'],
    read: ({ registries }) =>
      registries.requests.map(({ host, method, status, count }) => [[host, method, `${status ?? 'failed'}`], count]),
  },
  {
    kind: 'gauge',
    name: 'longshore_registry_budget_limit',
    help: 'What a host grants an account, as it said last; window is its length in seconds, empty where it did not tell.',
    labels: ['host', 'account', 'counts', 'window'],
    read: (metrics) => ofBudgets(metrics, ({ limit }) => limit),
  },
  {
    kind: 'gauge',
    name: 'longshore_registry_budget_remaining',
    help: 'What is left of that.',
    labels: ['host', 'account', 'counts', 'window'],
    read: (metrics) => ofBudgets(metrics, ({ remaining }) => remaining),
  },
  {
    kind: 'gauge',
    name: 'longshore_registry_budget_kept',
    help: '1 while so little is left that it is kept for rollouts and people, and polling waits.',
    labels: ['host', 'account', 'counts', 'window'],
    read: (metrics) => ofBudgets(metrics, ({ isKept }) => Number(isKept)),
  },
  {
    kind: 'gauge',
    name: 'longshore_registry_pause_seconds',
    help: 'What is left of a pause that a host asked for.',
    labels: ['host'],
    read: ({ registries }) =>
      registries.lanes.flatMap(({ host, pausedForMs }) => (pausedForMs > 0 ? [[[host], pausedForMs / 1000]] : [])),
  },
  {
    kind: 'gauge',
    name: 'longshore_registry_circuits_open',
    help: 'What is not asked for now, because it would only be refused again.',
    labels: ['registry', 'account', 'kind'],
    read: ({ registries }) => {
      const groups = Map.groupBy(registries.circuits, ({ registry, account, kind }) =>
        JSON.stringify([registry, redact(account), kind]),
      )
      return [...groups.values()].flatMap((all) => {
        const [first] = all
        return first === undefined ? [] : [[[first.registry, first.account, first.kind], all.length] as const]
      })
    },
  },
  {
    kind: 'gauge',
    name: 'longshore_registry_suspicious',
    help: '1 for each registry whose last three answers were damaged.',
    labels: ['registry'],
    read: ({ registries }) => registries.suspicious.map((registry) => [[registry], 1]),
  },
]

const senderOutcomes = ['told', 'empty', 'greeted', 'unreadable', 'refused'] as const

type Budget = Metrics['registries']['budgets'][number]

/** Of two for the same time, the one of which less is left. */
const ofBudgets = ({ registries }: Metrics, value: (budget: Budget) => number) =>
  registries.budgets
    .toSorted((one, other) => other.remaining - one.remaining)
    .map((each) => {
      const { host, account, counts, windowMs } = each
      return [[host, account, counts, windowMs === null ? '' : `${windowMs / 1000}`], value(each)] as const
    })

/** The text that Prometheus reads. */
export function metricsText(metrics: Metrics): Promise<string> {
  const registry = new Registry()
  for (const { kind, name, help, labels, read } of families) {
    const options = { name, help, labelNames: labels, registers: [registry] }
    const add = kind === 'gauge' ? setting(new Gauge(options)) : adding(new Counter(options))
    for (const [values, value] of read(metrics)) {
      // Some registries take their token as the user name, too.
      add(Object.fromEntries(labels.map((label, place) => [label, redact(values[place] ?? '')])), value)
    }
  }
  return registry.metrics()
}

type Add = (labels: Readonly<Record<string, string>>, value: number) => void

const setting =
  (gauge: Gauge): Add =>
  (labels, value) =>
    gauge.set(labels, value)

const adding =
  (counter: Counter): Add =>
  (labels, value) =>
    counter.inc(labels, value)

/** What Prometheus is told that it is. */
export const metricsType = Registry.PROMETHEUS_CONTENT_TYPE
