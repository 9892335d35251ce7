# shellcheck shell=bash
# Runs the tests and adds up what their reports say. Sourced by ./trainable.

test_main() {
    local which=${1-all}
    [[ $# -le 1 && $which =~ ^(unit|e2e|all)$ ]] ||
        fail "$USAGE" "./trainable test takes unit, e2e or all. './trainable test --help' shows more."
    [[ -z $(missing_parts tests) ]] || install_missing tests
    REPORTS=$ROOT/artifacts/test-reports
    rm -rf -- "$REPORTS"
    mkdir -p "$REPORTS"
    TALLY=()

    # What can be tested while the other is broken should be: a failure is counted, and the next suite runs.
    test_python "$which"
    find_dotnet
    # Tests of the launcher call it; they should find nothing to build.
    (build_command) || true
    [[ $which == unit ]] || install_mcp_clients
    test_dotnet Trainable.Tests "$which"
    if [[ $which != unit && -d $ROOT/tests/Trainable.E2E ]]; then
        test_dotnet Trainable.E2E all
    fi
    if [[ $which != e2e && -f $ROOT/web/package.json ]]; then
        test_web
    fi
    exec "$(python_executable)" -I "$ROOT/launcher/tally.py" "${TALLY[@]}"
}

test_program() { printf '%s' "$BIN/$1/release_linux-x64/$1"; }

# suite NAME COMMAND…: runs one suite and notes its report and exit code for the sum.
suite() {
    local name=$1 code=0
    shift
    say "── $name"
    "$@" || code=$?
    TALLY+=("$name" "$REPORTS/$name.xml" "$code")
}

test_python() {
    local select=()
    case $1 in
        unit) select=(-m 'not slow') ;;
        e2e) select=(-m slow) ;;
    esac
    [[ -d $ROOT/python/tests ]] || return 0
    suite python env -C "$ROOT/python" PYTHONDONTWRITEBYTECODE=1 "$(python_executable)" -m pytest tests \
        --numprocesses auto --dist loadscope --no-header --junitxml="$REPORTS/python.xml" "${select[@]}"
}

test_dotnet() {
    local name=$1 filter=()
    case $2 in
        unit) filter=(--filter-not-trait Kind=integration) ;;
        e2e) filter=(--filter-trait Kind=integration) ;;
    esac
    # In a subshell: a build that fails is a failed suite, and the sum is still printed.
    if ! (build "$name" build "$ROOT/tests/$name/$name.csproj" "$(test_program "$name")" 'a few minutes, once'); then
        TALLY+=("$name" "$REPORTS/$name.xml" 1)
        return
    fi
    # More tests at a time than there are cores: most wait for processes of their own now and then.
    # Exit code 8 says that no test matched, which is no failure of a selection.
    suite "$name" "$(test_program "$name")" --no-progress --max-threads 1.5x --ignore-exit-code 8 \
        --results-directory "$REPORTS" --report-xunit-junit --report-xunit-junit-filename "$name.xml" "${filter[@]}"
}

# The clients of the MCP server that are not ours; without npm their tests say what is missing.
install_mcp_clients() {
    command -v npm >/dev/null || return 0
    [[ -d $ROOT/tests/mcp/node_modules ]] || (cd "$ROOT/tests/mcp" && npm ci --ignore-scripts --no-audit --no-fund --silent)
}

test_web() {
    command -v npm >/dev/null || fail "$MISSING" "The studio's tests need Node.js 20.19 or later and npm: https://nodejs.org/en/download."
    [[ -d $ROOT/web/node_modules ]] || (cd "$ROOT/web" && npm ci --no-audit --no-fund --silent)
    suite web env -C "$ROOT/web" CI=true npx vitest run --reporter=default --reporter=junit --outputFile.junit="$REPORTS/web.xml"
}
