# SPDX-License-Identifier: BSD-3-Clause
# Prints lines of more columns than `width'. A row of a table in a header, a form of a synopsis, and a text of more than 60
# characters cannot be broken.
function columns(line,    at) {
	while ((at = index(line, "\t")) > 0)
		line = substr(line, 1, at - 1) substr("        ", (at - 1) % 8 + 1) substr(line, at + 1)
	return length(line)
}

function has_long_text(line,    count, parts, i) {
	count = split(line, parts, "\"")
	for (i = 2; i <= count; i += 2)
		if (length(parts[i]) > 60)
			return 1
	return 0
}

columns($0) > width && !/^ \* (\||with-.* => )/ && !has_long_text($0) { print FILENAME ":" FNR ": " columns($0) " columns" }
