# shellcheck shell=bash
# Checks and installs what the sandbox and its Python need. Sourced by ./trainable.

readonly DEBIAN_PYTHON=/usr/bin/python3
readonly DIST_PACKAGES=/usr/lib/python3/dist-packages

# What scripts in the sandbox import: the module's directory, and the Debian package that brings it.
readonly MODULES=(
    pandas:python3-pandas
    sklearn:python3-sklearn
    matplotlib:python3-matplotlib
    seaborn:python3-seaborn
    xgboost:python3-xgboost
    optuna:python3-optuna
    imblearn:python3-imblearn
    statsmodels:python3-statsmodels
    openpyxl:python3-openpyxl
    PIL:python3-pil
    joblib:python3-joblib
    cloudpickle:python3-cloudpickle
)
readonly TEST_MODULES=(pytest:python3-pytest xdist:python3-pytest-xdist flake8:flake8 nbformat:python3-nbformat)

# Debian's default BLAS is the slow reference one; this is worth a factor of three to seven to every fit.
readonly FAST_BLAS=/usr/lib/x86_64-linux-gnu/openblas-pthread/libblas.so.3

setup_main() {
    local check='' tests='' argument skip=''
    for argument in "$@"; do
        if [[ -n $skip ]]; then
            skip=
            continue
        fi
        case $argument in
            --check) check=1 ;;
            --tests) tests=tests ;;
            --home) skip=1 ;;
            --home=*) ;;
            *) fail "$USAGE" "'$argument' is not known. './trainable setup --help' shows how it is used." ;;
        esac
    done
    local missing
    missing=$(missing_parts "$tests")
    if [[ -z $missing ]]; then
        say "Nothing is missing: $(python_executable) has the packages, bubblewrap is there."
        return
    fi
    if [[ -n $check ]]; then
        say "Missing: ${missing//$'\n'/ }"
        # shellcheck disable=SC2153  # MISSING is the exit code
        fail "$MISSING" "'./trainable setup' installs it."
    fi
    install_missing "$tests"
}

# What the other commands call first: a few file tests when all is there.
setup_if_missing() {
    [[ -z $(missing_parts '') ]] || install_missing ''
}

# The names of what is missing, one a line: Debian packages, and python.json for the home's own note of its interpreter.
missing_parts() {
    local packages module
    [[ -x /usr/bin/bwrap ]] || command -v bwrap >/dev/null || echo bubblewrap
    [[ -f $HOME_DIR/python.json && -x $(python_executable) ]] || echo python.json
    packages=$(packages_directory)
    for module in $(wanted_modules "$1"); do
        has_module "$packages" "${module%%:*}" || echo "${module#*:}"
    done
    [[ $packages != "$DIST_PACKAGES" || -e $FAST_BLAS ]] || echo libopenblas0-pthread
    [[ -z $1 ]] || has_postgres || echo postgresql
    [[ -z $1 ]] || has_swift || echo python3-swift
    [[ -z $1 ]] || has_chromium || echo chromium
    [[ -z $1 || -x /usr/bin/podman ]] || echo podman
    [[ -z $1 || -x /usr/sbin/runc || -x /usr/bin/runc ]] || echo runc
}

# A virtual environment may lie on top of Debian's packages ('env add' makes such).
has_module() {
    local packages=$1 module=$2
    [[ -d $packages/$module || -f $packages/$module.py ]] && return
    [[ $packages != "$DIST_PACKAGES" ]] || return
    grep -qsi '^include-system-site-packages *= *true' "${packages%/lib/python3*}/pyvenv.cfg" || return
    [[ -d $DIST_PACKAGES/$module || -f $DIST_PACKAGES/$module.py ]]
}

# The tests run a PostgreSQL of their own; the cluster that Debian's package makes is left alone.
has_postgres() {
    local initdb
    for initdb in /usr/lib/postgresql/*/bin/initdb; do
        [[ -x $initdb ]] && return
    done
    return 1
}

# The tests run an S3 server of their own from its code; this package brings no service.
has_swift() { [[ -d $DIST_PACKAGES/swift ]]; }

# The studio's tests drive a browser. Ubuntu's package of that name is a snap, which cannot be driven; Chrome serves there.
has_chromium() {
    [[ -n ${TRAINABLE_CHROMIUM-} || -x /usr/bin/chromium || -x /usr/bin/chromium-browser || -x /usr/bin/google-chrome ]]
}

wanted_modules() {
    printf '%s\n' "${MODULES[@]}"
    [[ -z $1 ]] || printf '%s\n' "${TEST_MODULES[@]}"
}

# The interpreter that python.json names; Debian's when there is none yet. The file is one line that this script wrote.
python_executable() {
    local json=
    [[ -f $HOME_DIR/python.json ]] && json=$(<"$HOME_DIR/python.json")
    if [[ $json =~ \"executable\"[[:space:]]*:[[:space:]]*\"([^\"]+)\" ]]; then
        printf '%s' "${BASH_REMATCH[1]}"
    else
        printf '%s' "$DEBIAN_PYTHON"
    fi
}

packages_directory() {
    local python venv
    python=$(python_executable)
    if [[ $python == "$DEBIAN_PYTHON" ]]; then
        printf '%s' "$DIST_PACKAGES"
        return
    fi
    for venv in "${python%/bin/*}"/lib/python3*/site-packages; do
        printf '%s' "$venv"
        return
    done
}

install_missing() {
    local tests=$1 missing wanted
    missing=$(missing_parts "$tests")
    wanted=$(grep -vx python.json <<<"$missing" || true)
    if [[ -z $wanted ]]; then
        write_python_json "$(python_executable)"
    elif [[ $EUID -eq 0 ]]; then
        install_with_apt "$tests" "$wanted"
    else
        install_without_root "$tests" "$wanted"
    fi
}

install_with_apt() {
    local tests=$1 packages
    command -v apt-get >/dev/null ||
        fail "$MISSING" "These are missing and there is no apt-get here; install them by this system's own means: ${2//$'\n'/ }."
    mapfile -t packages <<<"$2"
    say "Installing ${packages[*]} with apt-get…"
    mkdir -p "$STAMPS"
    if ! apt_install "${packages[@]}"; then
        # Never updated, or updated so long ago that the versions it knows are gone.
        apt-get update -qq >>"$STAMPS/apt.log" 2>&1 </dev/null || true
        apt_install "${packages[@]}" || {
            say "$(grep '^E:' "$STAMPS/apt.log" | tail -n 5)"
            fail "$MISSING" "apt-get could not install them; the whole log is $STAMPS/apt.log."
        }
    fi
    [[ -f $HOME_DIR/python.json ]] || write_python_json "$DEBIAN_PYTHON"
    local left
    left=$(missing_parts "$tests")
    [[ -z $left ]] || fail "$MISSING" "Still missing: ${left//$'\n'/ }. The log is $STAMPS/apt.log."
}

apt_install() {
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >>"$STAMPS/apt.log" 2>&1 </dev/null
}

install_without_root() {
    local tests=$1 wanted=$2 venv=$HOME_DIR/venv
    if grep -qx bubblewrap <<<"$wanted"; then
        fail "$MISSING" "bubblewrap, which keeps the agent's code in a sandbox, is missing and only root can install it:
  sudo apt-get install ${wanted//$'\n'/ }"
    fi
    if grep -qx postgresql <<<"$wanted"; then
        say "PostgreSQL is missing and only root can install it; the tests that need it are skipped:
  sudo apt-get install postgresql"
        wanted=$(grep -vx postgresql <<<"$wanted" || true)
        [[ -n $wanted ]] || return 0
    fi
    if grep -qx python3-swift <<<"$wanted"; then
        say "OpenStack Swift is missing and only root can install it; the tests that need an S3 server are skipped:
  sudo apt-get install python3-swift"
        wanted=$(grep -vx python3-swift <<<"$wanted" || true)
        [[ -n $wanted ]] || return 0
    fi
    if grep -qx chromium <<<"$wanted"; then
        say "Chromium is missing and only root can install it; the tests that need it are skipped:
  sudo apt-get install chromium"
        wanted=$(grep -vx chromium <<<"$wanted" || true)
        [[ -n $wanted ]] || return 0
    fi
    say "Making a Python environment in $venv (a few minutes, once)…"
    mkdir -p "$STAMPS" "$HOME_DIR"
    local requirements=(-r "$ROOT/python/requirements.txt")
    [[ -z $tests ]] || requirements+=(-r "$ROOT/python/requirements-test.txt")
    if ! { "$DEBIAN_PYTHON" -m venv "$venv" && "$venv/bin/python" -m pip install --quiet "${requirements[@]}"; } \
        >"$STAMPS/pip.log" 2>&1 </dev/null; then
        fail "$MISSING" "pip could not make it (the log is $STAMPS/pip.log). With root, Debian's packages do the same:
  sudo apt-get install ${wanted//$'\n'/ }"
    fi
    write_python_json "$venv/bin/python" "$venv"
}

# write_python_json EXECUTABLE [PREFIX]
write_python_json() {
    (umask 077 && mkdir -p "$HOME_DIR") 2>/dev/null || true
    local prefixes='[]' draft=$HOME_DIR/python.json.$$
    [[ -z ${2-} ]] || prefixes="[\"$2\"]"
    printf '{"executable":"%s","prefixes":%s}\n' "$1" "$prefixes" 2>/dev/null >"$draft" ||
        fail "$FAILED" "$HOME_DIR cannot be written to. Choose another place with --home DIR or TRAINABLE_HOME."
    mv -f -- "$draft" "$HOME_DIR/python.json"
}
