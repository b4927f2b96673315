#!/usr/bin/env bash
# Tests open pages in a real Chromium, and screenshots need Chinese letters: install Debian's packages where missing.
set -euo pipefail
browser="${CHROMIUM:-/usr/bin/chromium}"
missing=()
[ -x "$browser" ] || missing+=(chromium)
compgen -G '/usr/share/fonts/opentype/noto/NotoSerifCJK*' > /dev/null || missing+=(fonts-noto-cjk fonts-noto-cjk-extra)
command -v msgfmt > /dev/null || missing+=(gettext)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null; then
  echo "missing: ${missing[*]} (tests that need them are skipped; install them with your system's packages)" >&2
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
log="$(mktemp)"
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } > "$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "could not install: ${missing[*]}" >&2
fi
rm -f "$log"
