/** All times are ISO 8601 in UTC, written by the caller. */
export type Time = string
