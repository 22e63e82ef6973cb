// The program esbuild, pinned for test/programs. The node does not link it.
module github.com/credence-chain/credence/test/programs/esbuild

go 1.26

tool github.com/evanw/esbuild/cmd/esbuild

require (
	github.com/evanw/esbuild v0.28.2 // indirect
	golang.org/x/sys v0.0.0-20220715151400-c0bba94af5f8 // indirect
)
