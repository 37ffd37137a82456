# {{ generated }}
# shim/bindings/make-package ruby builds the gem, with the JSON beside the binding.
Gem::Specification.new do |gem|
  gem.name = "posix-shm"
  gem.version = "{{ model.version }}"
  gem.summary = "POSIX shared memory: objects, mappings, locks and atomic operations between processes"
  gem.description = "A binding of the C library libposix-shm, which must be installed, with the ffi gem."
  gem.authors = ["The posix-shm authors"]
  gem.license = "BSD-3-Clause"
  gem.homepage = "{{ project.homepage }}"
  gem.metadata = { "bug_tracker_uri" => "{{ project.bugs }}", "source_code_uri" => "{{ project.repository }}" }
  gem.files = %w[posix_shm.rb posix-shm.json README.md LICENSE]
  gem.require_paths = ["."]
  gem.required_ruby_version = ">= 2.5"
  gem.add_runtime_dependency "ffi", "~> 1.15"
end
