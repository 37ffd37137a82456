# SPDX-License-Identifier: BSD-3-Clause
# Adds the name of each file to the lists in the folder `lists' of the tools that look at it. Generated files have none, and
# neither have templates and what is not read by people. Two lines of a file tell what it is.
FILENAME ~ /\/corpus\/|\.(svg|abi|json)$|^shim\/generate\/templates\// { next }
FNR == 1 { first = $0 }
FNR == 2 && first $0 !~ /[Gg]enerated by (shim\/generate|tests\/bench)/ {
	print FILENAME >(lists "/texts")
	if (FILENAME ~ /^(shim|tests)\/.*\.[ch]$/)
		print FILENAME >(lists "/c")
	if (FILENAME ~ /\.([ch]|lisp|asd|py)$/ || first ~ /^#!.*[\/ ]python3?( |$)/)
		print FILENAME >(lists "/lines")
	if (FILENAME ~ /\.(sh|test)$/ || first ~ /^#!.*[\/ ](ba|da)?sh( |$)/)
		print FILENAME >(lists "/scripts")
}
