/** An ISO time as people read it, to the minute: `2026-11-20 14:00 UTC`. */
export const formatMinute = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
