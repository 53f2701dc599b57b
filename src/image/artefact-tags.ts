/** Whether a tag carries a signature, an attestation or an SBOM of an image, as cosign and its like name them. */
export function isArtefact(tag: string): boolean {
  if (tag.startsWith('sha') && /^(?:sha256-[0-9a-f]{64}|sha512-[0-9a-f]{64,128})(\..*)?$/.test(tag)) return true
  // Most have none of these at their end, and there are thousands to look at.
  return 'gtm'.includes(tag.charAt(tag.length - 1)) && /\.(?:sig|att|sbom)$/.test(tag)
}

export const artefactReason = 'it is a signature, an attestation or an SBOM'
