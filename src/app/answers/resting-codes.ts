/** Codes of decisions on a newer candidate that wait for more than their turn. */
export const restingCodes: ReadonlySet<string> = new Set(['NOTIFY_ONLY', 'RETRY_LATER'])
