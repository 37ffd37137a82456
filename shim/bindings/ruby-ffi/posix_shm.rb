# SPDX-License-Identifier: BSD-3-Clause
require "ffi"
require "json"

module Shm
  extend FFI::Library
  ABI = JSON.parse(File.read(ENV["POSIX_SHM_JSON"] || "/usr/local/share/posix-shm/posix-shm.json"))
  TYPES = Hash.new(:pointer).update("int" => :int, "int64" => :int64, "string-in" => :string)
  ffi_lib ENV["POSIX_SHM_LIBRARY"] || ABI["soname"]
  ABI["functions"].each do |function|
    arguments = function["arguments"].map { |argument| TYPES[argument["type"]] }
    attach_function function["name"].delete_prefix("pshm_"), function["name"], arguments, TYPES[function["result"]["type"]]
  end
  ABI["constants"].each { |constant| const_set constant["name"].delete_prefix("PSHM_"), constant["value"] }
end
