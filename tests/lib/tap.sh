# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the test scripts: results as TAP, a directory of their own in $scratch, and the plan when they end.

export LC_ALL=C
tap_count=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# ok DESCRIPTION COMMAND...: the command succeeds. What it printed is shown when it does not.
ok() {
	tap_description=$1
	shift
	tap_count=$((tap_count + 1))
	if "$@" >"$scratch/output" 2>&1; then
		echo "ok $tap_count - $tap_description"
	else
		echo "not ok $tap_count - $tap_description"
		sed 's/^/# /' "$scratch/output"
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

skip() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

# skip_all REASON: nothing of this script can run here.
skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

# needs COMMAND...: skip everything when a program is missing.
needs() {
	for tap_program; do
		command -v "$tap_program" >/dev/null || skip_all "there is no $tap_program; ./bootstrap --deps=test installs it"
	done
}

finish() {
	echo "1..$tap_count"
}
