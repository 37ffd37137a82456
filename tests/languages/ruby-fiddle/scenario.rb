# SPDX-License-Identifier: BSD-3-Clause
# Memory and texts with Fiddle, for the common scenario.
require "posix_shm"

LANGUAGE = "ruby-fiddle"

def buffer(size) = "\0".b * size

def bytes(memory, offset, count) = memory[offset, count]

def store(memory, offset, bytes)
  memory[offset, bytes.bytesize] = bytes
end

def pointer(address, length) = Fiddle::Pointer.new(address, length)

def address(memory) = memory.to_i

def text(result) = result.null? ? nil : result.to_s

require_relative "../ruby/scenario"
