// {{ generated }}
module posixshm

go 1.19
