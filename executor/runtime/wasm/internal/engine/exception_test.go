package engine

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/credence-chain/credence/executor/runtime/wasm/internal/admit"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmbin"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/asm"
)

// TestExceptionsAreNotReady: wazero's compiler forgets what a try_table wrote to a local variable when it catches an exception. This is why
// modules with exceptions are refused (ADR 86). When this test fails, the engine has changed: read the ADR again.
func TestExceptionsAreNotReady(t *testing.T) {
	var m asm.Module
	throw := asm.Op(0x08, 0)
	tryTable := asm.Op(0x1f, 0x40, 1, 2, 0) // catch_all goes to the end of the block around it
	m.Func(nil, asm.Types{asm.I32}, asm.Types{asm.I32},
		asm.ConstI32(1), asm.Set(0),
		asm.Block(tryTable, asm.ConstI32(2), asm.Set(0), throw, asm.Op(0x0b)),
		asm.Get(0))
	m.Func(nil, nil, nil) // its type is that of the exception
	m.Export("f", 0, 0)
	sections, err := wasmbin.Split(m.Bytes())
	require.NoError(t, err)
	code := []byte("\x00asm\x01\x00\x00\x00")
	for id := wasmbin.SectionID(1); int(id) < len(sections); id++ {
		if id == wasmbin.Globals {
			code = append(code, 13, 3, 1, 0, 1) // the tag, with type 1
		}
		if sections[id] != nil {
			code = wasmbin.AppendSection(code, id, sections[id])
		}
	}
	for _, tc := range []struct {
		config wazero.RuntimeConfig
		exp    uint64
	}{{wazero.NewRuntimeConfigInterpreter(), 2}, {wazero.NewRuntimeConfigCompiler(), 1}} {
		ctx := t.Context()
		r := wazero.NewRuntimeWithConfig(ctx, tc.config.WithCoreFeatures(admit.Features|experimental.CoreFeaturesExceptionHandling))
		instance, err := r.Instantiate(ctx, code)
		require.NoError(t, err)
		got, err := instance.ExportedFunction("f").Call(ctx)
		require.NoError(t, err)
		require.Equal(t, []uint64{tc.exp}, got)
		require.NoError(t, r.Close(ctx))
	}
}
