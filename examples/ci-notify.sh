#!/bin/sh
# Tells Longshore that an image was pushed, from a CI job. See docs/events/generic.md.
#
#   LONGSHORE_URL=https://longshore.example.com/hooks/ci LONGSHORE_SECRET=... ./ci-notify.sh IMAGE [DIGEST]
#
# IMAGE is `team/web:prod`, with or without the host of the registry; DIGEST, `sha256:...`, is what was pushed, if known.
set -eu

: "${LONGSHORE_URL:?the address of the source, such as https://longshore.example.com/hooks/ci}"
: "${LONGSHORE_SECRET:?the secret of the source}"
image=${1:?usage: ci-notify.sh IMAGE [DIGEST]}
digest=${2:-}

# Also a line break at the end, as of a variable that was read from a file: it would be accepted and then not be readable.
LC_ALL=C
case "$image$digest" in
*[!][A-Za-z0-9._/:@-]*) echo "ci-notify.sh: what has other characters than A-Z a-z 0-9 . _ - / : @ is no image and no digest" >&2 && exit 2 ;;
esac
if [ -n "$digest" ]; then
  body="{\"image\":\"$image\",\"digest\":\"$digest\"}"
else
  body="{\"image\":\"$image\"}"
fi

timestamp=$(date +%s)
# The secret is in the arguments of openssl for a moment: run this where nobody else can list your processes.
signature=$(printf '%s.%s' "$timestamp" "$body" | openssl dgst -sha256 -hmac "$LONGSHORE_SECRET" | sed 's/^.* //')

curl --fail-with-body --silent --show-error --max-time 30 --retry 5 --retry-connrefused \
  --header 'Content-Type: application/json' \
  --header "X-Longshore-Timestamp: $timestamp" \
  --header "X-Longshore-Signature: sha256=$signature" \
  --data-binary "$body" --write-out '\n' \
  "$LONGSHORE_URL"
