// {{ generated }}
module {{ project.module }}/shim/bindings/go

go 1.19
