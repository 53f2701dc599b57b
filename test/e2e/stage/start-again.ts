import type { Scene } from './scene.ts'

/**
 * A person starts a container again. It has the time to end by itself: what is killed in the very moment in which it ends
 * may be taken for ended once more by Docker 26 when it has long been started again (moby #41227, `WARNING` in its log:
 * `task must be stopped before deletion`).
 */
export async function startAgain(scene: Pick<Scene, 'docker'>, name: string): Promise<void> {
  await scene.docker('restart', '--time', '30', name)
}
