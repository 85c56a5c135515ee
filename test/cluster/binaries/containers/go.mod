module drop/test/cluster/binaries/containers

go 1.26.0
