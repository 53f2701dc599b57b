/**
 * Whether a path of `include` or `extends` leaves this machine: `oci://`, `https://`, `git://`, `ssh://` and the like,
 * `git@host:path`, and `github.com/…`, which Compose reads as a Git repository too.
 */
export function isRemote(reference: string): boolean {
  return (
    /^[a-z][a-z0-9+.-]*:\/\//i.test(reference) ||
    /^[\w.-]+@[\w.-]+:/.test(reference) ||
    reference.startsWith('github.com/')
  )
}
