import type { App, PullProgress, Queue } from '../app/app.ts'
import type { Policy } from '../app/selection/explain-tags.ts'
import type { StateMove, StateUpkeep } from '../app/passes/state-upkeep.ts'
import type { FollowedControl } from '../app/answers/read-progress.ts'
import type { Clock } from '../lib/clock.ts'

/** What the commands are given by `main.ts`: where they write, and how they get at everything else, when they need it. */
export interface Doors {
  /** Data: what a program may read. Without the last line break. */
  readonly print: (text: string) => void
  /** Lines for people, coloured where somebody watches. */
  readonly printLines: (lines: readonly Line[]) => void
  /** The log, and what is said to a person beside the data. */
  readonly tell: (text: string) => void
  /** Width of the terminal in columns; null where the output goes elsewhere, and nothing needs to be cut. */
  readonly columns: number | null
  /** Shows a line, or none, until other output or the next such line takes its place; null where nobody watches. */
  readonly showProgress: ((line: string) => void) | null
  readonly openApp: (options: OpenAppOptions) => Promise<OpenApp>
  /** The state as it lies there, in any condition. */
  readonly openState: (options: GlobalOptions) => Promise<StateUpkeep>
  /** Moves a state to another place. */
  readonly moveState: (options: GlobalOptions & MoveOptions) => Promise<StateMove>
  /** Takes a state into use again that was moved. @returns where it had been moved; null when it was not */
  readonly cancelMove: (options: GlobalOptions & MoveOptions) => Promise<string | null>
  /** Reads and checks the configuration. */
  readonly checkConfig: (options: GlobalOptions) => Promise<CheckedConfig>
  readonly configSchema: () => Promise<unknown>
  /** @throws POLICY_INVALID */
  readonly loadPolicy: (policy: string) => Promise<Policy>
  /** Who calls the command, for the history. */
  readonly actor: () => string
  readonly sleep: Clock['sleep']
  /** Fires when the process is asked to end. */
  readonly stop: AbortSignal
}

/** Text with what it means to its reader, who may see that as a colour. */
export interface Line {
  readonly text: string
  readonly style: 'plain' | 'strong' | 'good' | 'bad' | 'faint'
}

/** Options that every command takes. */
export interface GlobalOptions {
  readonly config?: string
  readonly state?: string
}

/** Folders, or URLs of databases; what is left out is the configured state. */
export interface MoveOptions {
  readonly from?: string
  readonly to?: string
}

/** What commands are told of a configuration that is right. */
export interface CheckedConfig {
  /** The file that it came from; null without one. */
  readonly file: string | null
  readonly stateFolder: string
  /** Where the service listens for events; null when it does not. */
  readonly listen: {
    readonly host: string
    readonly port: number
    /** Paths of files in PEM form; null for plain http. */
    readonly tls: { readonly certificate: string; readonly key: string } | null
  } | null
  readonly events: readonly { readonly name: string }[]
  /** Queues that are read for events instead. */
  readonly eventQueues: readonly { readonly name: string }[]
}

/** An entry of the configuration, by host and path. */
export interface ConfiguredRegistry {
  readonly host: string
  readonly path: string | null
  /** Null for strangers. */
  readonly credentials: object | null
  /** What passwords are made with, where the entry says so. */
  readonly ecr: object | null
  readonly gar: object | null
}

/** What a command asks of the application that it works on. */
export interface OpenAppOptions extends GlobalOptions {
  readonly access: 'owner' | 'reader' | 'visitor'
  /** Whether a state that cannot be used is replaced by a backup: a person's word is about the one that was there. */
  readonly replacesState?: boolean
  readonly onPullProgress?: (workload: string, progress: PullProgress) => void
}

/** The application and its keyed work, until it is closed. */
export interface OpenApp {
  readonly app: App
  readonly queue: Queue
  /** Those of the configuration, by the hosts that are known of them now. */
  readonly registries: () => readonly ConfiguredRegistry[]
  /** What a person can say and ask, on this application. */
  readonly control: FollowedControl
  /** Listens for other processes' words at the control socket of the state, whose owner this has to be. */
  readonly serveControl: () => Promise<{ close(): Promise<void> }>
  /** Listens for events and for questions about our health; null when the configuration asks for neither. */
  readonly servePublic: (late: () => readonly string[]) => Promise<PublicService | null>
  /** Tells monitoring systems how it stands; null when the configuration does not ask for it. */
  readonly serveMetrics: () => Promise<MetricsService | null>
  close(): Promise<void>
}

/** Where monitoring systems ask. */
export interface MetricsService {
  /** `http://127.0.0.1:9464` */
  readonly address: string
  close(): Promise<void>
}

export interface PublicService {
  /** `http://127.0.0.1:8484`; null where queues are read and nobody is listened for. */
  readonly address: string | null
  /** Sees to what events tell, until the signal fires. */
  followEvents(stop: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** `0` done, `1` something failed, `2` the input has to be corrected. */
export type ExitCode = 0 | 1 | 2

/** `table` is for people, `json` for programs. */
export type Output = 'table' | 'json'
