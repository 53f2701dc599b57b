import { entry } from './entry.ts'

/** Codes about images: how they are named, the registries that have them, and what chooses among them. */
export const imageErrors = {
  REFERENCE_INVALID: entry(400, false, 'user', 'Write [host/]path[:tag][@digest] in lower case, without blanks.'),
  DIGEST_INVALID: entry(
    400,
    false,
    'user',
    'Write sha256: followed by 64 lower-case hexadecimal digits, or sha512: by 128.',
  ),
  DIGEST_REFUSED: entry(
    502,
    false,
    'user',
    'If the registry is meant to name images by sha512, write sha512: true in its entry under registries.',
  ),
  PLATFORM_INVALID: entry(
    400,
    false,
    'user',
    'Write os/architecture or os/architecture/variant, as in linux/arm64/v8.',
  ),
  MANIFEST_INVALID: entry(502, false, 'registry', 'Push the image again; what lies under this tag is not an image.'),
  MANIFEST_INCOMPLETE: entry(
    502,
    true,
    'registry',
    'Push the image again, or have the mirror take all of its platforms; it is looked at again at every poll.',
  ),
  REGISTRY_NOT_FOUND: entry(
    404,
    true,
    'registry',
    'Check that the repository and the tag exist; nothing is changed while they do not.',
  ),
  REGISTRY_REPOSITORY_UNKNOWN: entry(
    404,
    true,
    'registry',
    'Check the name of the repository, and whether it was renamed, removed or made private; nothing is changed meanwhile.',
  ),
  REGISTRY_UNAUTHORIZED: entry(401, false, 'user', 'Check the credentials for this registry host.'),
  REGISTRY_FORBIDDEN: entry(
    403,
    false,
    'user',
    'Give the credentials pull access to this repository, or check its name.',
  ),
  REGISTRY_RATE_LIMITED: entry(
    429,
    true,
    'registry',
    'Nothing to do: the host is asked again after the time it named.',
  ),
  REGISTRY_UNAVAILABLE: entry(503, true, 'registry', 'Nothing to do: it is tried again at the next poll.'),
  REGISTRY_INTEGRITY: entry(
    502,
    true,
    'registry',
    'The answer did not match its digest or was cut off; nothing is deployed from it.',
  ),
  REGISTRY_TOO_LARGE: entry(
    502,
    false,
    'registry',
    'The answer is larger than any image description may be; look at what lies there.',
  ),
  REGISTRY_REFUSED: entry(
    502,
    false,
    'user',
    'The registry pointed somewhere that is not allowed; allow the realm in the configuration if it is yours.',
  ),
  REGISTRY_UNTRUSTED: entry(
    502,
    true,
    'user',
    'If the host is yours, name its authority by `ca` in its entry under registries, or write plainHttp: true where it speaks no TLS.',
  ),
  REGISTRY_TLS_FAILED: entry(
    502,
    true,
    'user',
    'Check the name and the port; then what its TLS allows: versions, ciphers, and whether it wants a certificate of ours.',
  ),
  REGISTRY_BLOCKED: entry(412, true, 'registry', 'A policy of the registry forbids this image; see its message.'),
  CREDENTIALS_INVALID: entry(400, false, 'user', 'Correct the credentials entry that the message names.'),
  POLICY_INVALID: entry(400, false, 'user', 'Correct the policy; docs/policies.md says what may be written.'),
  IMAGE_NOT_FOUND: entry(404, false, 'user', 'Name a tag or a digest that the registry has.'),
}
