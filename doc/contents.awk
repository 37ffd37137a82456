# SPDX-License-Identifier: BSD-3-Clause
# Fill in the table of contents of a Markdown page, where it says <!-- contents -->. Read the page twice:
#   awk -f contents.awk page page
# Chapters and sections get a line each; the entries of a section stand behind it.

# As GitHub makes an anchor of a heading: the second one of its name has a number.
function slug(text) {
	text = tolower(text)
	gsub(/[^a-z0-9_ -]/, "", text)
	gsub(/ /, "-", text)
	return text (seen[text]++ ? "-" (seen[text] - 1) : "")
}

function link(text,  own) {
	own = slug(text)
	return "[" text "](#" (anchor != "" ? anchor : own) ")"
}

/^```/ { fenced = !fenced }

NR == FNR && !fenced {
	if (match($0, /^<a id="[^"]*"><\/a>/))
		anchor = substr($0, 8, index(substr($0, 8), "\"") - 1)
	else if (/^## / && !/^## Contents/)
		contents = contents "\n- " link(substr($0, 4))
	else if (/^### /) {
		contents = contents "\n  - " link(substr($0, 5))
		first = 1
	} else if (/^#### /) {
		contents = contents (first ? ": " : ", ") link(substr($0, 6))
		first = 0
	}
	if (!/^<a /)
		anchor = ""
	next
}

NR == FNR { next }
/^<!-- contents -->$/ { print substr(contents, 2); next }
{ print }
