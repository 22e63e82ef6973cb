module example.test/determinism

go 1.26.5
