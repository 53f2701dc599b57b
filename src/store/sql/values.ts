import type { Digest } from '../../image/digest.ts'
import { isDigest } from '../../image/digest.ts'
import type { Reason } from '../../rollout/rollout.ts'
import type { Check } from './shape.ts'
import { isText, objectOf } from './shape.ts'

export const isReason: Check<Reason> = objectOf<Reason>({ code: isText, sentence: isText })

export const isDigestText: Check<Digest> = (value): value is Digest => typeof value === 'string' && isDigest(value)
