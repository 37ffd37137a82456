# SPDX-License-Identifier: BSD-3-Clause
# libposix-shm for Ruby with the ffi gem: ruby -I PREFIX/share/posix-shm/ruby-ffi, and require "posix_shm"; then
# Shm.close(fd), Shm::PROT_READ and so on.
# The environment variables POSIX_SHM_LIBRARY and POSIX_SHM_JSON override the files that are found.

require "ffi"
require "json"

module Shm
  extend FFI::Library
  # Beside this file, installed or in the source tree; otherwise in the folder that pkg-config reports.
  json = ENV["POSIX_SHM_JSON"] ||
    %w[posix-shm.json ../posix-shm.json ../../abi/posix-shm.json].map { |name| "#{__dir__}/#{name}" }
      .find { |file| File.exist? file } ||
    `pkg-config --variable=pkgdatadir posix-shm`.chomp + "/posix-shm.json"
  ABI = JSON.parse(File.read(json))
  TYPES = Hash.new(:pointer).update("int" => :int, "int64" => :int64, "string-in" => :string)
  ffi_lib ENV["POSIX_SHM_LIBRARY"] || ABI["soname"]
  ABI["functions"].each do |function|
    arguments = function["arguments"].map { |argument| TYPES[argument["type"]] }
    # Other threads run while a call waits.
    attach_function function["name"].delete_prefix("pshm_"), function["name"], arguments, TYPES[function["result"]["type"]],
      blocking: function["waits"]
  end
  ABI["constants"].each { |constant| const_set constant["name"].delete_prefix("PSHM_"), constant["value"] }
end
