# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# Sourced, after debian.sh: roots of releases of Debian, and commands in them. Every command has a /proc, a /dev and a /dev/shm of its own.

codename() {
	case $1 in
	11) echo bullseye ;; 12) echo bookworm ;; 13) echo trixie ;; *) echo "$1" ;;
	esac
}

# make_root RELEASE ROOT ARCHIVES [PACKAGE...]: the least that Debian installs anywhere and the packages, with apt's lists, and what was
# downloaded to ARCHIVES before. The log is beside it: ROOT.log. Lists of testing are valid for a week; a mirror may be older.
make_root() {
	root_release=$1 root=$2 archives=$3
	shift 3
	rm -rf "$root"
	mkdir -p "$archives" "${root%/*}"
	mmdebstrap --variant=apt --skip=cleanup/apt --include="$(echo ca-certificates mount util-linux "$@" | tr ' ' ,)" \
		${1:+"--aptopt=APT::Install-Recommends \"false\""} "--aptopt=Acquire::Check-Valid-Until \"false\"" \
		--setup-hook='mkdir -p "$1/var/cache/apt/archives"' \
		--setup-hook="find '$archives' -maxdepth 1 -name '*.deb' -exec cp -t \"\$1/var/cache/apt/archives\" {} +" \
		--customize-hook="cp -n \"\$1\"/var/cache/apt/archives/*.deb '$archives'" \
		--setup-hook='mkdir -p "$1/etc/dpkg/dpkg.cfg.d" && echo force-unsafe-io >"$1/etc/dpkg/dpkg.cfg.d/unsafe-io"' \
		--customize-hook='echo "APT::Keep-Downloaded-Packages \"true\";" >"$1/etc/apt/apt.conf.d/keep"' \
		"$root_release" "$root" "$(debian_mirror)" >"$root.log" 2>&1 || {
		tail -n 20 "$root.log"
		return 1
	}
	rm -f "$root"/var/cache/apt/archives/*.deb
	cp -L /etc/resolv.conf "$root/etc/resolv.conf"
	for file in /etc/apt/apt.conf.d/*proxy*; do
		[ ! -e "$file" ] || cp "$file" "$root/etc/apt/apt.conf.d/"
	done
}

# In a mount namespace of its own: enter ROOT, a mount point, so that unshare works in it, with DIRECTORY at PLACE in it; then the command.
# shellcheck disable=SC2016,SC2034 # expanded by the shell of the namespace
enter_root='cd "$root" &&
	mount -t tmpfs -o mode=755 dev dev && mkdir -p dev/shm dev/pts old && mount -t tmpfs -o mode=1777 shm dev/shm &&
	mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts && ln -s pts/ptmx dev/ptmx && ln -s /proc/self/fd dev/fd || exit 1
	for node in null zero full random urandom tty; do : >dev/$node && mount --bind /dev/$node dev/$node || exit 1; done
	mkdir -p "${place#/}" && mount --bind "$directory" "${place#/}" &&
		mount -t proc proc proc && pivot_root . old && umount -l old && rmdir old &&
		exec env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 sh -c "$command" </dev/null'

# inside ROOT DIRECTORY PLACE COMMAND: as root of the root.
inside() {
	unshare --mount --pid --fork --propagation private sh -c '
		root=$1 directory=$2 place=$3 command=$4
		mount --bind "$root" "$root" || exit 1
		'"$enter_root" sh "$1" "$2" "$3" "$4"
}

# inside_copy ROOT DIRECTORY PLACE COMMAND: in a copy of the root, of which only DIRECTORY is kept. With NETWORK=no it has no network.
inside_copy() {
	unshare --mount --pid --fork --propagation private ${NETWORK:+--net} sh -c '
		base=$1 directory=$2 place=$3 command=$4 root=$1.copy
		mkdir -p "$root" && mount -t tmpfs -o mode=755 copy "$root" && mkdir "$root/new" "$root/work" "$root/root" &&
			mount -t overlay -o "lowerdir=$base,upperdir=$root/new,workdir=$root/work" overlay "$root/root" || exit 1
		root=$root/root
		'"$enter_root" sh "$1" "$2" "$3" "$4"
}
