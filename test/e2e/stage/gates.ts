/**
 * How long a version without a health check has to run where some end at once. An engine on a busy machine that has
 * just started a dozen containers shows one that has ended as running for up to two seconds: a shorter gate lets it pass.
 */
export const outlastsEnds = '3s'

/** The same as an option of `docker run`. */
export const waitsForEnds = ['--label', `longshore.gate.min-uptime=${outlastsEnds}`] as const
