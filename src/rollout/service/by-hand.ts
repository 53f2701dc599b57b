import type { Reason } from '../facts.ts'
import { putBackCode } from '../put-back-code.ts'

export const removedByHand: Reason = { code: 'REMOVED_BY_HAND', sentence: 'the service was removed meanwhile' }

export const changedByHand: Reason = {
  code: 'REPLACED_BY_HAND',
  sentence: 'the service was told to run something else meanwhile',
}

export const returnedByHand: Reason = {
  code: putBackCode,
  sentence: 'the service was put back by hand meanwhile',
}
