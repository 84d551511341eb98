# Makes the program's own environment in .venv; sourced by ./desk and ./check, never run by itself.
# POSIX sh. `prepare ROOT EXTRAS` (EXTRAS empty or "[dev]") leaves ROOT/.venv ready, or says why not and exits.

say() { printf '%s\n' "$*" >&2; }

# Prints the first Python of at least 3.11 that can make environments; 1 when there is none, 2 when only venv is missing.
find_python() {
    found_without_venv=''
    for candidate in "${FLUORDERS_PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
        [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
        if "$candidate" -c 'import ensurepip, venv' >/dev/null 2>&1; then
            command -v "$candidate"
            return 0
        fi
        found_without_venv=$candidate
    done
    [ -n "$found_without_venv" ] && return 2
    return 1
}

# What the environment was made from: another place, other requirements or another Python mean a new installation.
wanted_stamp() {
    printf '%s %s %s\n' "$1" "$2" "$(readlink -f -- "$1/.venv/bin/python")"
    cat -- "$1/pyproject.toml" "$1/constraints.txt" | cksum
}

prepare() {
    root=$1
    extras=$2
    venv=$root/.venv
    stamp=$venv/.installed$extras
    [ -x "$venv/bin/python" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(wanted_stamp "$root" "$extras")" ] &&
        return 0

    if [ ! -w "$root" ]; then
        say "fluorders: $root belongs to somebody else, and its first start has to write there."
        say "Let its owner start it once, or copy the folder."
        exit 1
    fi
    if command -v flock >/dev/null 2>&1; then
        exec 9<"$root/pyproject.toml"
        flock 9
        # Another start may have done the work while this one waited.
        [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(wanted_stamp "$root" "$extras")" ] && exec 9<&- && return 0
    fi
    if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        python=$(find_python)
        case $? in
        1)
            say "fluorders: Python 3.11 or newer is needed. On Debian and Ubuntu:"
            say "    sudo apt install python3 python3-venv"
            exit 1
            ;;
        2)
            say "fluorders: this Python can't make environments yet. On Debian and Ubuntu:"
            say "    sudo apt install python3-venv"
            exit 1
            ;;
        esac
        rm -rf -- "$venv"
        say "fluorders: first start, installing into .venv (about a minute) …"
        "$python" -m venv "$venv" || exit 1
    else
        say "fluorders: installing what changed into .venv …"
    fi
    log=$venv/install.log
    # The compat mode puts a plain path on Python's search list: every start is some milliseconds faster.
    if ! "$venv/bin/python" -m pip --disable-pip-version-check install --quiet --compile \
        --config-settings editable_mode=compat -c "$root/constraints.txt" -e "$root$extras" >"$log" 2>&1 </dev/null; then
        tail -n 15 -- "$log" >&2
        say "fluorders: the installation failed; all of it is in $log"
        exit 1
    fi
    "$venv/bin/python" -m compileall -q "$root/fluorders_tui" >/dev/null
    wanted_stamp "$root" "$extras" >"$stamp"
    exec 9<&-
}
