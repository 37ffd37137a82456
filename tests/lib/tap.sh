# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# Sourced by the test scripts: the environment, results as TAP, a directory of their own in $scratch, and the plan when they end. Make
# has sourced environment.sh; so that a script can be run by hand, in the build directory, it is sourced here otherwise.

export LC_ALL=C
if [ -z "${POSIX_SHM_CASES-}" ]; then
	top_srcdir=${0%/*}/../..
	. "$top_srcdir/tests/lib/environment.sh"
fi
lib=$top_srcdir/tests/lib
tap_count=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# as_comments FILE...: each line of the files, and also the last of one that does not end it: the next point needs a line of its own.
as_comments() {
	awk '{ print "# " $0 }' "$@"
}

# ok DESCRIPTION COMMAND...: the command succeeds. What it printed is shown when it does not.
ok() {
	tap_description=$1
	shift
	tap_count=$((tap_count + 1))
	if "$@" >"$scratch/output" 2>&1; then
		echo "ok $tap_count - $tap_description"
	else
		echo "not ok $tap_count - $tap_description"
		as_comments "$scratch/output"
	fi
}

# same DESCRIPTION EXPECTED ACTUAL: two files, or two texts, are equal.
same() {
	[ -e "$2" ] || printf '%s\n' "$2" >"$scratch/expected"
	[ -e "$3" ] || printf '%s\n' "$3" >"$scratch/actual"
	tap_expected=$2 tap_actual=$3
	[ -e "$2" ] || tap_expected=$scratch/expected
	[ -e "$3" ] || tap_actual=$scratch/actual
	ok "$1" diff -u "$tap_expected" "$tap_actual"
}

# passes COMMAND...: it prints TAP, with a plan and without a failure. What it printed is in $scratch/results; all but the points that
# passed is shown when it does not. The exit status alone is no evidence: some Lisps always exit with 0.
passes() {
	"$@" >"$scratch/results" 2>&1 && grep -q '^1\.\.[1-9]' "$scratch/results" && ! grep -q '^not ok' "$scratch/results" && return
	grep -v '^ok' "$scratch/results"
	return 1
}

# A test that cannot run is skipped. In CI everything is installed: there it fails.
is_skipped() {
	[ "${CI-}" != true ]
}

# skip DESCRIPTION REASON
skip() {
	tap_count=$((tap_count + 1))
	if is_skipped; then
		echo "ok $tap_count - $1 # SKIP $2"
	else
		printf 'not ok %s - %s\n# %s\n' "$tap_count" "$1" "$2"
	fi
}

# skip_all REASON: nothing of this script can run here.
skip_all() {
	is_skipped || { echo "Bail out! $1"; exit 99; }
	echo "1..0 # SKIP $1"
	exit 0
}

has() {
	command -v "$1" >/dev/null
}

# needs PROGRAM...: skip everything when one is missing.
needs() {
	for tap_program; do
		has "$tap_program" || skip_all "there is no $tap_program; ./bootstrap --deps=test installs it"
	done
}

# Skip everything where there can be no private /dev/shm.
needs_private_shm() {
	"$lib/private-shm" true 2>"$scratch/reason" || skip_all "$(cat "$scratch/reason")"
}

finish() {
	echo "1..$tap_count"
}
