# SPDX-License-Identifier: BSD-3-Clause
# libposix-shm for Perl with FFI::Platypus: perl -I PREFIX/share/posix-shm/perl, and use PosixShm; then
# PosixShm::pshm_close($fd), $PosixShm::C{PSHM_PROT_READ} and so on.
# The environment variables POSIX_SHM_LIBRARY and POSIX_SHM_JSON override the files that are found.

package PosixShm;
use strict;
use warnings;
use FFI::Platypus 2.00;
use File::Basename qw(dirname);
use JSON::PP;
use List::Util qw(first);

# Beside this file, installed or in the source tree; otherwise in the folder that pkg-config reports.
my $json = $ENV{POSIX_SHM_JSON}
	// first { -e } map { dirname(__FILE__) . "/$_" } qw(posix-shm.json ../posix-shm.json ../../abi/posix-shm.json);
chomp($json = `pkg-config --variable=pkgdatadir posix-shm`), $json .= '/posix-shm.json' unless $json;
open my $file, '<:raw', $json or die "$json: $!";
our $ABI = decode_json(do { local $/; <$file> });
our %TYPES = (
	'int' => 'int', 'int64' => 'sint64', 'string-in' => 'string', 'bytes-in' => 'string',
	'string-out' => 'opaque', 'bytes-out' => 'opaque', 'int-out' => 'int*', 'int64-out' => 'sint64[]',
);
my $ffi = FFI::Platypus->new(api => 2, lib => $ENV{POSIX_SHM_LIBRARY} // $ABI->{soname});
for my $function (@{ $ABI->{functions} }) {
	my @arguments = map { $TYPES{ $_->{type} } } @{ $function->{arguments} };
	$ffi->attach($function->{name} => \@arguments => $TYPES{ $function->{result}{type} });
}
our %C = map { $_->{name} => $_->{value} } @{ $ABI->{constants} };
1;
