import { explainImage } from '../../app/selection/explain-image.ts'
import type { Explanation, Policy, Question } from '../../app/selection/explain-tags.ts'
import type { ImageReference } from '../../image/reference.ts'
import type { Doors, GlobalOptions } from '../doors.ts'

/** What policies choose among the tags that a registry has now. */
export async function explainRegistry(
  doors: Doors,
  options: GlobalOptions,
  reference: ImageReference,
  policies: readonly Policy[],
  question: Omit<Question, 'candidates'>,
): Promise<readonly Explanation[]> {
  const { app, close } = await doors.openApp({ ...options, access: 'reader' })
  try {
    return await explainImage(app.registryFor(reference.registry), reference, policies, question, doors.stop)
  } finally {
    await close()
  }
}
