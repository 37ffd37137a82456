# SPDX-License-Identifier: BSD-3-Clause
# What a shell's `times' printed: the processor time of all that the shell started, in seconds.
NR == 2 {
	split($1, own, /[ms]/)
	split($2, kernel, /[ms]/)
	printf "%.0f\n", 60 * (own[1] + kernel[1]) + own[2] + kernel[2]
}
