import { AppError } from '../../errors.ts'

/** Removes something, never by force. @returns false when something uses it after all; what is gone already counts as removed */
export async function unlessInUse(removal: Promise<void>): Promise<boolean> {
  try {
    await removal
    return true
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.code === 'TARGET_NOT_FOUND') return true
    if (error.code === 'TARGET_CONFLICT') return false
    throw error
  }
}
