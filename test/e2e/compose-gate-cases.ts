import type { Behaviour } from '../services/image-content.ts'

/** A service whose new version is bad, or cannot come up. */
export interface BadCase {
  readonly title: string
  /** What stands under its image. */
  readonly web: string
  /** Other services. */
  readonly more?: string
  readonly behaviour: Behaviour
  /** Whether another tag brings the new version, rather than the same. */
  readonly isNewTag?: boolean
  readonly outcome: 'rolled-back' | 'failed'
  /** Of several, separated by `|`, whichever comes first. */
  readonly code: string
  readonly scale?: number
  /** Whether the old version goes on running meanwhile. */
  readonly isUntouched?: boolean
}

const watch = 'longshore.watch: "true"'
const startFirst = `    labels: { ${watch}, longshore.order: start-first }\n`
/** Without a network, which costs the most time. */
const stopFirst = `    labels: { ${watch}, longshore.order: stop-first }\n    network_mode: none\n`
const labels = `    labels: { ${watch} }\n`
const rolledBack = { outcome: 'rolled-back' } as const

/** Services that live in `web`: its network, and its volumes. */
export const followers = `  sidecar:
    image: <db-image>
    network_mode: service:web
    environment: { PORT: "" }
  backup:
    image: <db-image>
    volumes_from: [web]
`

export const badCases: readonly BadCase[] = [
  { title: 'is unhealthy', web: stopFirst, behaviour: 'unhealthy', ...rolledBack, code: 'GATE_UNHEALTHY' },
  {
    title: 'is unhealthy, of another tag',
    web: stopFirst,
    behaviour: 'unhealthy',
    isNewTag: true,
    ...rolledBack,
    code: 'GATE_UNHEALTHY',
  },
  ...['no', 'always', 'unless-stopped', 'on-failure'].map((restart) => ({
    title: `exits at once, restarted ${restart}`,
    web: `${stopFirst}    restart: "${restart}"\n`,
    behaviour: 'exits' as const,
    ...rolledBack,
    code: 'GATE_EXITED',
  })),
  { title: 'cannot start', web: stopFirst, behaviour: 'cannot-start', ...rolledBack, code: 'TARGET_START_FAILED' },
  {
    title: 'is unhealthy, of another tag, with three instances',
    web: `${stopFirst}    deploy: { replicas: 3 }\n`,
    behaviour: 'unhealthy',
    isNewTag: true,
    scale: 3,
    ...rolledBack,
    code: 'GATE_UNHEALTHY',
  },
  {
    title: 'is unhealthy, start-first, as two that can run beside each other are',
    web: labels,
    behaviour: 'unhealthy',
    isUntouched: true,
    ...rolledBack,
    code: 'GATE_UNHEALTHY',
  },
  {
    title: 'is unhealthy while others live in its container',
    web: `${labels}    volumes: ["/data"]\n`,
    more: followers,
    behaviour: 'unhealthy',
    ...rolledBack,
    code: 'GATE_UNHEALTHY',
  },
  {
    title: 'exits at once while others live in its container',
    web: `${labels}    restart: always\n`,
    more: followers,
    behaviour: 'exits',
    ...rolledBack,
    code: 'TARGET_START_FAILED|GATE_EXITED',
  },
  {
    title: 'exits at once while what lives in its container waits for its health',
    web: labels,
    more: followers.replace('network_mode: service:web', '$&\n    depends_on: { web: { condition: service_healthy } }'),
    behaviour: 'exits',
    ...rolledBack,
    code: 'TARGET_START_FAILED',
  },
  {
    title: 'is unhealthy, of another tag, after a job that ended',
    web: `${stopFirst}    depends_on: { job: { condition: service_completed_successfully } }\n`,
    more: '  job:\n    image: <db-image>\n    command: ["true"]\n',
    behaviour: 'unhealthy',
    isNewTag: true,
    ...rolledBack,
    code: 'GATE_UNHEALTHY',
  },
  {
    title: 'finds its port taken, by the old one, start-first',
    web: `${startFirst}    ports: ["127.0.0.1:<port>:8080"]\n`,
    behaviour: 'healthy',
    isUntouched: true,
    outcome: 'failed',
    code: 'TARGET_CONFLICT',
  },
]
