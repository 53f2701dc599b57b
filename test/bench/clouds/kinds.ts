/** Whose library signs in: nobody's for a registry with a plain password. */
export type Kind = 'none' | 'ecr' | 'gar'

/** What a process took from its start to the end of its first look. */
export interface FirstLook {
  readonly wallMs: number
  readonly peakMB: number
}
