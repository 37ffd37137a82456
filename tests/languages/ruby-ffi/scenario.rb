# SPDX-License-Identifier: BSD-3-Clause
# Memory and texts with the ffi gem, for the common scenario.
require "posix_shm"

LANGUAGE = "ruby-ffi"

# The scenario calls the functions by their names in C.
Shm::ABI["functions"].each do |function|
  Shm.define_singleton_method(function["name"], &Shm.method(function["name"].delete_prefix("pshm_")))
end

def buffer(size) = FFI::MemoryPointer.new(size)

def bytes(memory, offset, count) = memory.get_bytes(offset, count)

def store(memory, offset, bytes) = memory.put_bytes(offset, bytes)

def pointer(address, length) = FFI::Pointer.new(address).slice(0, length)

def address(memory) = memory.address

def text(result) = result

require_relative "../ruby/scenario"
