# shellcheck shell=bash
# Builds the command when its sources have changed since it was built. Sourced by ./trainable.

readonly BIN=$ROOT/artifacts/bin
readonly STAMPS=$ROOT/artifacts/launcher
readonly COMMAND=$ROOT/artifacts/publish/Trainable.Cli/release_linux-x64/trainable

# One line that changes whenever a file that goes into the build is added, removed, renamed or written.
fingerprint() {
    local inputs=(src python Directory.Build.props Directory.Packages.props global.json .editorconfig BannedSymbols.txt)
    [[ -d $ROOT/web ]] && inputs+=(web)
    [[ $1 == command ]] || inputs+=(tests)
    (
        cd -- "$ROOT" || exit
        find "${inputs[@]}" \
            \( -name node_modules -o -name __pycache__ -o -name .pytest_cache -o -name wwwroot -o -name dist \
            -o -path python/tests -o -name bin -o -name obj \) -prune \
            -o -type f -printf '%p %s %T@\n' | sort | cksum
    )
}

# Makes $COMMAND current; costs a few milliseconds when it is.
build_command() {
    build command publish "$ROOT/src/Trainable.Cli/Trainable.Cli.csproj" "$COMMAND" 'a few minutes, once'
}

# build NAME build|publish PROJECT OUTPUT HINT. What is published is compiled ahead of time, for a quick start.
build() {
    local name=$1 verb=$2 project=$3 output=$4 hint=$5 stamp=$STAMPS/$1
    [[ $MACHTYPE == x86_64-*linux* ]] || fail "$MISSING" "Trainable runs on x86-64 Linux so far; this is $MACHTYPE."
    if [[ -x $output && -f $stamp && $(fingerprint "$name") == "$(<"$stamp")" ]]; then
        find_dotnet
        return
    fi
    find_dotnet
    need_sdk
    mkdir -p "$STAMPS"
    exec 9>"$STAMPS/lock"
    if ! flock -n 9; then
        say 'Another ./trainable is building; waiting for it…'
        flock 9
    fi
    # The fingerprint is taken before the build: what is written during it counts as new.
    local now
    now=$(fingerprint "$name")
    if [[ ! -x $output || ! -f $stamp || $now != "$(<"$stamp")" ]]; then
        say "Building Trainable ($hint)…"
        rm -f -- "$stamp"
        run_build "$verb" "$project" "$STAMPS/$name.log"
        printf '%s\n' "$now" >"$stamp"
    fi
    exec 9>&-
}

run_build() {
    local verb=$1 project=$2 log=$3 errors
    # No build server may outlive this: it would hold the lock and the memory. Descriptor 9 is the lock.
    if ! "$DOTNET" "$verb" "$project" -c Release -v quiet -nodeReuse:false \
        -p:UseSharedCompilation=false -p:UseRazorBuildServer=false >"$log" 2>&1 9>&- </dev/null; then
        errors=$(grep -E '(: error |^error|MSBUILD : error)' "$log" | sed "s|$ROOT/||g; s| \[[^]]*\]\$||" | sort -u) || true
        say "${errors:-$(tail -n 20 "$log")}"
        fail "$FAILED" "The build failed; the whole log is $log."
    fi
}

# Sets DOTNET, and DOTNET_ROOT where the runtime is not in a place that programs look by themselves.
find_dotnet() {
    [[ -n ${DOTNET-} ]] && return
    local places=("${DOTNET_ROOT:+$DOTNET_ROOT/dotnet}" "$(command -v dotnet || true)" ~/.dotnet/dotnet
        /usr/share/dotnet/dotnet /usr/lib/dotnet/dotnet /opt/dotnet/dotnet) place
    for place in "${places[@]}"; do
        if [[ -n $place && -x $place ]]; then
            DOTNET=$(readlink -f -- "$place")
            # A wrapper script (snap, asdf) lies elsewhere than the runtime and sets this itself.
            [[ ! -d ${DOTNET%/*}/host/fxr ]] || export DOTNET_ROOT=${DOTNET%/*}
            return
        fi
    done
    no_dotnet
}

need_sdk() {
    "$DOTNET" --list-sdks 2>/dev/null | grep -q '^10\.' || no_dotnet
}

no_dotnet() {
    fail "$MISSING" "The .NET SDK 10 is missing and cannot be installed for you. Either line installs it:
  curl -fsSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0     (to ~/.dotnet, no root needed)
  sudo apt-get install dotnet-sdk-10.0                                           (Ubuntu, or Debian with Microsoft's packages)
Other systems: https://dotnet.microsoft.com/download/dotnet/10.0. Then run this again."
}
