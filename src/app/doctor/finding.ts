/** What was looked at, and how it stands. */
export interface Finding {
  readonly part: Part
  /** The one of several: a target, a registry host; null where there is only one. */
  readonly name: string | null
  /** `doubtful` is for what may be meant so. */
  readonly standing: 'well' | 'doubtful' | 'wrong'
  /** Without its full stop. */
  readonly sentence: string
  /** What to do about it; null where nothing is to be done. */
  readonly remedy: string | null
}

/** Parts, in the order in which they are told: each stands on those before it. */
export const parts = ['configuration', 'clock', 'state', 'service', 'target', 'registry', 'events'] as const
export type Part = (typeof parts)[number]

type Told = Omit<Finding, 'standing' | 'remedy'>

export const well = (told: Told): Finding => ({ ...told, standing: 'well', remedy: null })

export const doubtful = (told: Told, remedy: string): Finding => ({ ...told, standing: 'doubtful', remedy })

export const wrong = (told: Told, remedy: string): Finding => ({ ...told, standing: 'wrong', remedy })
