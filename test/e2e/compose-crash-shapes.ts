import type { InspectedContainer } from '../services/docker.ts'

/** What a service of the crash tests is like. */
export interface ComposeShape {
  readonly scale: number
  /** Whether its instances are exchanged one by one, stop-first: then all but one of them run at any instant. */
  readonly isOneByOne: boolean
  /** Beside the image, in its part of the file. */
  readonly settings: string
  /** Name of another service that lives in its network. */
  readonly follower: string | null
}

const single: ComposeShape = { scale: 1, isOneByOne: false, settings: '', follower: null }
const scaled = { scale: 3, follower: null }
const replicas = '    deploy: { replicas: 3 }\n'

/** Without a network of its own, which costs the most time and has no part in this. */
export const shapes = {
  single,
  /** Three instances, of which each takes its turn. */
  scaled: { ...scaled, isOneByOne: true, settings: replicas },
  /** Three whose anonymous volumes only Compose itself carries over, so that all go at once. */
  'scaled-with-volumes': { ...scaled, isOneByOne: false, settings: `${replicas}    volumes: ["/data"]\n` },
  followed: { ...single, follower: 'sidecar' },
} as const satisfies Record<string, ComposeShape>

/** The file of a service, as `fillIn` reads it. */
export function fileOf({ settings, follower }: ComposeShape, order: string): string {
  const labels = `labels: { longshore.watch: "true", longshore.order: ${order} }`
  const web = `  web:\n    image: <image>\n    network_mode: none\n    ${labels}\n${settings}`
  const beside = `  ${follower}:\n    image: <db-image>\n    network_mode: "service:web"\n    environment: { PORT: "" }\n`
  return `# the shop\nservices:\n${web}${follower === null ? '' : beside}`
}

/** Names of the anonymous volumes that containers have. */
export const volumesOf = (containers: readonly InspectedContainer[]): readonly string[] =>
  containers.flatMap(({ Mounts }) => Mounts.map((each) => each.Name ?? each.Source)).toSorted()
