# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# Sourced: packages of other releases and other machines, which are unpacked and not installed. No archive is named here: it is the one
# that this machine's apt uses, or DEBIAN_MIRROR.

debian_mirror() {
	# shellcheck disable=SC2016 # apt's own variables
	echo "${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)}"
}

# other_apt RELEASE ARCHITECTURE DIRECTORY COMMAND...: an apt that knows this release and architecture only, and keeps all it has in DIRECTORY.
other_apt() {
	other_release=$1 other_architecture=$2 other=$3
	shift 3
	program=$1
	shift
	"$program" -qq -o "APT::Architecture=$other_architecture" -o "APT::Architectures=$other_architecture" -o APT::Sandbox::User=root \
		-o "Dir::State=$other/state" -o "Dir::State::lists=$other/state/lists" -o "Dir::State::status=$other/status" \
		-o "Dir::Cache=$other/cache" -o "Dir::Etc::sourcelist=$other/sources.list" -o Dir::Etc::sourceparts=/dev/null "$@"
}

# debian_lists RELEASE ARCHITECTURE DIRECTORY: what that release has, once.
debian_lists() {
	[ ! -e "$3/listed" ] || return 0
	mkdir -p "$3/state/lists/partial" "$3/cache/archives/partial"
	: >"$3/status"
	echo "deb $(debian_mirror) $1 main" >"$3/sources.list"
	other_apt "$1" "$2" "$3" apt-get update && touch "$3/listed"
}

# debian_unpack RELEASE ARCHITECTURE DIRECTORY PACKAGE...: below DIRECTORY/root. What is there is not fetched again.
debian_unpack() {
	unpack_release=$1 unpack_architecture=$2 unpack=$3
	shift 3
	debian_lists "$unpack_release" "$unpack_architecture" "$unpack" || return
	for package; do
		[ ! -e "$unpack/$package.unpacked" ] || continue
		rm -rf "$unpack/fetching"
		mkdir "$unpack/fetching"
		(cd "$unpack/fetching" && other_apt "$unpack_release" "$unpack_architecture" "$unpack" apt-get download "$package") &&
			dpkg -x "$unpack/fetching"/*.deb "$unpack/root" && touch "$unpack/$package.unpacked" || return
	done
	rm -rf "$unpack/fetching"
}

# debian_kernel RELEASE ARCHITECTURE DIRECTORY FLAVOUR: the newest kernel of a flavour, such as cloud-amd64, that the mirror really has.
debian_kernel() {
	debian_lists "$1" "$2" "$3" || return
	ls "$3"/linux-image-*"-$4.unpacked" >/dev/null 2>&1 && return
	for kernel in $(other_apt "$1" "$2" "$3" apt-cache search --names-only "^linux-image-[0-9].*-$4\$" | cut -d' ' -f1 | grep -v -e -rt- | sort -rV); do
		debian_unpack "$1" "$2" "$3" "$kernel" && return
	done
	return 1
}
