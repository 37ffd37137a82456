# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# Sourced: what has changed between two dumps of the interface, and the number that libtool is given for it. A dump is NAME.abi, by abidw,
# and NAME.constants, each with its value: no function has an enum in its type, so abidw does not know them.

# change OLD NEW: none, added or changed.
change() {
	if ! abidiff --no-added-syms "$1.abi" "$2.abi" >"$2.changes" || grep -vxFf "$2.constants" "$1.constants"; then
		echo changed
	elif ! abidiff "$1.abi" "$2.abi" >"$2.changes" || grep -vxFf "$1.constants" "$2.constants" >"$2.changes"; then
		echo added
	else
		echo none
	fi
}

# next_interface CURRENT:REVISION:AGE CHANGE: as configure.ac has it.
next_interface() {
	echo "$1" | awk -F: -v change="$2" '
		change == "none" { print $1 ":" $2 + 1 ":" $3 }
		change == "added" { print $1 + 1 ":0:" $3 + 1 }
		change == "changed" { print $1 + 1 ":0:0" }'
}
