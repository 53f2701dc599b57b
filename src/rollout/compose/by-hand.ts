import type { Reason } from '../facts.ts'

export const editedByHand: Reason = {
  code: 'EDITED_BY_HAND',
  sentence: 'the files of the service were edited meanwhile',
}

export const removedByHand: Reason = { code: 'REMOVED_BY_HAND', sentence: 'the service was removed meanwhile' }

export const stoppedByHand: Reason = {
  code: 'STOPPED_BY_HAND',
  sentence: 'the new version was stopped by hand before it had proven itself',
}

export const replacedByHand: Reason = {
  code: 'REPLACED_BY_HAND',
  sentence: 'the container of the service was replaced meanwhile',
}
