# SPDX-License-Identifier: BSD-3-Clause
# The Lisp systems are loaded from their sources: nothing is built here.

EXTRA_DIST += lisp-bindings
