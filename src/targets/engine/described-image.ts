import type { ImageInspect } from '../../clients/docker/shapes.ts'
import { AppError } from '../../errors.ts'
import type { Inspections } from './inspections.ts'

/** What the engine tells of an image. */
export interface DescribedImage {
  /** Null where the engine does not have it any more, or fails to describe it. */
  readonly image: ImageInspect | null
  /** Why it fails to; null where it does not. */
  readonly failure: AppError | null
}

/** One of many images: that the engine fails to describe it, as for a missing layer, keeps nobody from the others. */
export async function describeImage(
  inspections: Pick<Inspections, 'image'>,
  id: string,
  signal: AbortSignal,
): Promise<DescribedImage> {
  try {
    return { image: await inspections.image(id, signal), failure: null }
  } catch (error) {
    if (!isUndescribed(error)) throw error
    return { image: null, failure: error }
  }
}

/** Whether the engine answered, and failed at this one: one that is away tells nothing of it. */
export const isUndescribed = (error: unknown): error is AppError =>
  error instanceof AppError && error.code === 'TARGET_FAILED'
