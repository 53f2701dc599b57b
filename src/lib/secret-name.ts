const secretName = /pass|pwd|secret|token|key|credential|auth/i

/** Whether the value of a variable of that name is likely to be a secret. */
export const soundsSecret = (name: string): boolean => secretName.test(name)
