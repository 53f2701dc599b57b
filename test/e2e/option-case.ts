import type { EndpointSettings } from '../../src/clients/docker/shapes.ts'

/** What the options refer to; each exists before the first container. */
export interface OptionSubjects {
  /** A network on 10.231.77.0/24. */
  readonly front: string
  /** A network on 10.231.78.0/24. */
  readonly back: string
  /** A network on 10.231.79.0/24 and fd00:231:79::/64. */
  readonly six: string
  /** A volume. */
  readonly volume: string
  /** A running container on the default bridge, with an anonymous volume at /shared. */
  readonly neighbour: string
  /** A running container on `front`. */
  readonly frontNeighbour: string
  /** A folder with the files `env` and `labels`. */
  readonly folder: string
  /** From 0 to 99: containers of different places share neither address nor published port. */
  readonly place: number
}

/** The part of a create's body that an option of the API makes. */
export interface OptionBody {
  readonly HostConfig?: Readonly<Record<string, unknown>>
  readonly NetworkingConfig?: { readonly EndpointsConfig: Readonly<Record<string, EndpointSettings>> }
  readonly [field: string]: unknown
}

/** One way to set something on a container, by the `docker` command or by the API. */
export interface OptionCase {
  /** Of the row in the table. */
  readonly name: string
  /** Of `docker create`. */
  readonly options: readonly string[]
  readonly command?: readonly string[]
  /** Arguments of `docker network connect` before the container's name, for what is done before the first start. */
  readonly connect?: readonly (readonly string[])[]
  /** Sent to the API instead of `options`. */
  readonly body?: OptionBody
  /** What shows only once it has run: addresses, and what the engine makes of them. */
  readonly isStarted?: true
  /** Why a container with it cannot start everywhere; such a case is only created. */
  readonly neverStarts?: string
  /** First API version that knows it. Older commands refuse it, and older engines leave out what they do not know. */
  readonly since?: string
  /** It may leave nothing on a container: a value that is the default, or that some kernels have no use for. */
  readonly mayBeUnseen?: true
  /** From this API version on it leaves nothing on a container, and why. */
  readonly unseen?: { readonly from: string; readonly why: string }
  /** A field of `HostConfig` that is not for the new container, and why. */
  readonly leftOut?: { readonly field: string; readonly why: string }
  /** What else it decides, beside what its options say. */
  readonly decides?: readonly string[]
}

/** Cases under one heading of the table. */
export interface OptionGroup {
  readonly title: string
  readonly cases: readonly OptionCase[]
}

/** A case named for its options. */
export const one = (...options: string[]): OptionCase => ({ name: options.join(' '), options })

/** One whose container has to run. */
export const started = (...options: string[]): OptionCase => ({ ...one(...options), isStarted: true })

/** One by the API, named for the fields it sends. */
export const sent = (name: string, body: OptionBody, more: Partial<OptionCase> = {}): OptionCase => ({
  name,
  options: [],
  body,
  ...more,
})

/** Placeholders, for names that are the same everywhere. */
export const nowhere: OptionSubjects = {
  front: 'front',
  back: 'back',
  six: 'six',
  volume: 'volume',
  neighbour: 'neighbour',
  frontNeighbour: 'front-neighbour',
  folder: '/folder',
  place: 0,
}
