# SPDX-License-Identifier: BSD-3-Clause
# libposix-shm for Ruby with Fiddle: ruby -I PREFIX/share/posix-shm/ruby-fiddle, and require "posix_shm"; then
# Shm.pshm_close(fd), Shm::PROT_READ and so on.
# The environment variables POSIX_SHM_LIBRARY and POSIX_SHM_JSON override the files that are found.

require "fiddle/import"
require "json"

module Shm
  extend Fiddle::Importer
  # Beside this file, installed or in the source tree; otherwise in the folder that pkg-config reports.
  json = ENV["POSIX_SHM_JSON"] ||
    %w[posix-shm.json ../posix-shm.json ../../abi/posix-shm.json].map { |name| "#{__dir__}/#{name}" }
      .find { |file| File.exist? file } ||
    `pkg-config --variable=pkgdatadir posix-shm`.chomp + "/posix-shm.json"
  ABI = JSON.parse(File.read(json))
  dlload ENV["POSIX_SHM_LIBRARY"] || ABI["soname"]
  typealias "int64_t", "long long"
  ABI["functions"].each { |function| extern function["declaration"] }
  ABI["constants"].each { |constant| const_set constant["name"].delete_prefix("PSHM_"), constant["value"] }
end
