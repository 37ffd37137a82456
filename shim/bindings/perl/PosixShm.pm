# SPDX-License-Identifier: BSD-3-Clause
package PosixShm;
use strict;
use warnings;
use FFI::Platypus 2.00;
use JSON::PP;

open my $file, '<:raw', $ENV{POSIX_SHM_JSON} // '/usr/local/share/posix-shm/posix-shm.json' or die $!;
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
