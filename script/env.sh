# shellcheck shell=bash
# What the scripts of this folder share; sourced by them, in the checkout's top folder.
set -euo pipefail
self=$(realpath "$0") # while it is found from here
cd "$(dirname "${BASH_SOURCE[0]}")/.."
top=$PWD
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/compose-dev
compose=${COMPOSE_BIN:-$top/bin/compose}

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# die MESSAGE [HINT]
die() {
  say "$1"
  [ -z "${2:-}" ] || printf 'hint: %s\n' "$2" >&2
  exit 1
}

# has_root tells whether as_root can work.
has_root() { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "needs root for: $*" "call it as root, or install sudo"
  fi
}

# bounded SECONDS COMMAND...: ends the command where it takes longer. macOS has
# no timeout; there nothing is waited for but what has answered before.
bounded() {
  if command -v timeout >/dev/null; then
    timeout --foreground -k 5 "$@"
  else
    "${@:2}"
  fi
}

apt_install() {
  command -v apt-get >/dev/null || die "needs the packages: $*" "this machine has no apt-get: install their like by hand and call this again"
  has_root || die "needs root to install the packages: $*" "call it as root, or install them"
  say "installing $*"
  if ! { apt_get update && apt_get install -y --no-install-recommends "$@" >/dev/null; }; then
    die "could not install the packages: $*" "apt-get says why above"
  fi
}

apt_get() { as_root timeout 900 env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=60 "$@"; }

# need COMMAND PACKAGE...: installs the packages where the command is missing.
need() {
  command -v "$1" >/dev/null && return
  shift
  apt_install "$@"
}

# need_go puts a Go of at least go.mod's version on PATH. Where the machine has
# an older one, or the distribution offers none that is new enough, the old one
# fetches the toolchain as the Go module it is published as (checked against the
# checksum database like any module).
need_go() {
  local want have dir
  want=$(awk '$1 == "go" { print $2 }' "$top/go.mod")
  for dir in "" /usr/local/go/bin "$HOME/go/bin" /usr/lib/go/bin; do
    have=$(PATH=${dir:+$dir:}$PATH GOTOOLCHAIN=local go env GOVERSION 2>/dev/null) || continue
    if [ "$(printf '%s\n' "$want" "${have#go}" | sort -V | head -1)" = "$want" ]; then
      [ -z "$dir" ] || export PATH=$dir:$PATH
      return
    fi
  done
  need go golang-go ca-certificates
  say "fetching Go $want (this machine has $(GOTOOLCHAIN=local go env GOVERSION))"
  dir=$(fetch_go "$want") || die "could not fetch Go $want" "install Go $want or newer and call this again"
  export PATH=$dir/bin:$PATH
}

# fetch_go VERSION prints the folder that the toolchain is in.
fetch_go() {
  local dir platform
  platform=$(GOTOOLCHAIN=local go env GOOS)-$(GOTOOLCHAIN=local go env GOARCH)
  mkdir -p "$cache/empty" && cd "$cache/empty" # no go.mod here, which an old Go may not understand
  GOTOOLCHAIN=local GOFLAGS=-modcacherw bounded 900 go mod download "golang.org/toolchain@v0.0.1-go$1.$platform" >&2 || return
  dir=$(GOTOOLCHAIN=local go env GOMODCACHE)/golang.org/toolchain@v0.0.1-go$1.$platform
  chmod +x "$dir"/bin/* "$dir"/pkg/tool/*/* # modules carry no file modes
  echo "$dir"
}

# build_compose makes bin/compose, unless COMPOSE_BIN names another program. It is
# static: it starts a millisecond sooner, and runs on any distribution. In it are
# the agents for the processors that AGENTS names, by default this machine's.
build_compose() {
  local arch
  [ -z "${COMPOSE_BIN:-}" ] || return 0
  for arch in ${AGENTS:-$(go env GOARCH)}; do
    CGO_ENABLED=0 GOOS=linux GOARCH=$arch go build -trimpath -ldflags='-s -w' -o "engine/filesync/agents/linux-$arch" ./cmd/agent
  done
  CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o "$compose" ./cmd/compose
}

# engine_packages prints the packages with tests for a real engine: those that ask for it
# themselves or by engine/enginetest/testbed.
engine_packages() {
  grep -rlE --include='*_test.go' 'COMPOSE_TEST_ENGINE|enginetest/testbed"' . | xargs -r -n1 dirname | sort -u
}

# answers asks compose itself: it knows every place where an engine may be.
answers() { bounded 10 "$compose" ls -q >/dev/null 2>&1; }

# find_engine finds or starts an engine; where none can run it is false, and
# no_engine says why. Where the engine is root's and the group docker's alone, the
# calling script starts again as a member of the group, for this one run.
find_engine() {
  if ! no_engine=$("$top/script/engine" start); then
    no_engine=${no_engine##*$'\n'}
    no_engine=${no_engine:-script/engine failed}
    return 1
  fi
  if answers; then return; fi
  if [ -n "${COMPOSE_DEV_JOINED:-}" ]; then
    no_engine="the engine is not open to $(id -un), in the group docker either"
    return 1
  fi
  say "the engine is open to the group docker alone: going on as a member of it"
  exec sudo env "PATH=$PATH" "HOME=$HOME" COMPOSE_DEV_JOINED=1 COMPOSE_BIN="${COMPOSE_BIN:-}" PORT="${PORT:-}" \
    COMPOSE_TEST_REQUIRE_ENGINE="${COMPOSE_TEST_REQUIRE_ENGINE:-}" \
    setpriv --reuid "$(id -u)" --regid "$(id -g)" --groups "$(id -G | tr ' ' ,),docker" -- "$self" "$@"
}
