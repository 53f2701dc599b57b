import type { Timing } from '../timing.ts'

/** Part of a pause that it may be longer by. */
const spread = 0.1

/** A pause as it is kept: whoever was asked for it together with us does not come back together with us, and never earlier. */
export const spreadPause = (ms: number, { random }: Pick<Timing, 'random'>): number => ms * (1 + spread * random())
