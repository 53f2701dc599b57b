/**
 * Milliseconds of the processor that one choice may take with its explanation: then no list of tags and no pattern can
 * hang us. Ten thousand plain versions take some 20, and 70 in a process that has just begun.
 */
export const choosingMaxMs = 95

/** As much of it as is kept for putting every tag in order for a person. */
export const rankingMs = 15
