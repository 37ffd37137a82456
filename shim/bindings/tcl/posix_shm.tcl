# SPDX-License-Identifier: BSD-3-Clause
# libposix-shm for Tcl with critcl: source PREFIX/share/posix-shm/tcl/posix_shm.tcl, then [pshm_close $fd],
# $PSHM_PROT_READ and so on.
# The environment variables POSIX_SHM_LIBRARY and POSIX_SHM_JSON override the files that are found.

package require critcl 3.1.18
package require json

proc in_environment {name default} {
	return [expr {[info exists ::env($name)] ? $::env($name) : $default}]
}
# Beside this file, installed or in the source tree; otherwise in the folder that pkg-config reports.
proc json_file {} {
	foreach name {posix-shm.json ../posix-shm.json ../../abi/posix-shm.json} {
		set file [file join [file dirname [info script]] $name]
		if {[file exists $file]} {
			return $file
		}
	}
	return [exec pkg-config --variable=pkgdatadir posix-shm]/posix-shm.json
}
set file [open [expr {[info exists env(POSIX_SHM_JSON)] ? $env(POSIX_SHM_JSON) : [json_file]}]]
set abi [json::json2dict [read $file]]
close $file

# The types of the JSON. An output is the name of a variable that holds enough bytes; an empty name is NULL.
critcl::argtype int64 = wideint
critcl::argtype string-in = char*
critcl::argtype bytes-in { @A = Tcl_GetByteArrayFromObj(@@, NULL); } {const void *}
foreach type [dict keys [dict get $abi types] *-out] {
	critcl::argtype $type {
		@A = NULL;
		if (*Tcl_GetString(@@)) {
			Tcl_Obj *bytes = Tcl_ObjGetVar2(interp, @@, NULL, TCL_LEAVE_ERR_MSG);
			if (bytes && Tcl_IsShared(bytes)) bytes = Tcl_ObjSetVar2(interp, @@, NULL, Tcl_DuplicateObj(bytes), 0);
			if (!bytes) return TCL_ERROR;
			@A = (void *) Tcl_GetByteArrayFromObj(bytes, NULL);
			Tcl_InvalidateStringRep(bytes);
		}
	} [dict get $abi types $type c]
}
critcl::resulttype int64 = wideint
critcl::resulttype string-in = {const char*}

critcl::clibraries [in_environment POSIX_SHM_LIBRARY -lposix-shm]
critcl::ccode {
#include <stdint.h>
#include <string.h>
}
foreach function [dict get $abi functions] {
	critcl::ccode "[dict get $function declaration];"
	set arguments {}
	foreach argument [dict get $function arguments] {
		lappend arguments [dict get $argument type] [dict get $argument name]
	}
	critcl::cproc [dict get $function name] $arguments [dict get $function result type]
}

# Copy bytes out of memory, and into it.
critcl::cproc fetch {int64 address int count} object0 {
	return Tcl_NewByteArrayObj((const unsigned char *) (intptr_t) address, count);
}
critcl::cproc store {int64 address bytes bytes} void {
	memcpy((void *) (intptr_t) address, bytes.s, (size_t) bytes.len);
}
critcl::load

foreach constant [dict get $abi constants] {
	set [dict get $constant name] [dict get $constant value]
}
