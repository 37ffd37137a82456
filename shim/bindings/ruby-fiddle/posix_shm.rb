# SPDX-License-Identifier: BSD-3-Clause
require "fiddle/import"
require "json"

module Shm
  extend Fiddle::Importer
  ABI = JSON.parse(File.read(ENV["POSIX_SHM_JSON"] || "/usr/local/share/posix-shm/posix-shm.json"))
  dlload ENV["POSIX_SHM_LIBRARY"] || ABI["soname"]
  typealias "int64_t", "long long"
  ABI["functions"].each { |function| extern function["declaration"] }
  ABI["constants"].each { |constant| const_set constant["name"].delete_prefix("PSHM_"), constant["value"] }
end
