// Package admit decides whether a module is run at all. It depends on the module alone, so that every worker decides alike,
// and so does a client before a module is published.
package admit

import (
	"context"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/credence-chain/credence/executor/runtime/wasm/internal/instrument"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/refusal"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasi"
)

// host lists what modules can import.
var host = func() instrument.Host {
	h := instrument.Host{wasi.ModuleName: {}}
	for _, f := range wasi.Functions() {
		h[wasi.ModuleName][f.Name] = f.Type
	}
	return h
}()

// AdmitModule gives the instrumented module, or a *refusal.Refusal.
func AdmitModule(ctx context.Context, code []byte) (instrument.Module, error) {
	m, err := instrument.Instrument(code, host)
	if err != nil {
		return m, refusal.FindRefusal(err)
	}
	if err := validateModule(ctx, code); err != nil {
		return m, refusal.FindRefusal(err)
	}
	return m, nil
}

// validateModule has wazero check the original module, which therefore cannot make use of
// anything that the pass adds. The interpreter shares the compiler's front end and
// is done sooner.
func validateModule(ctx context.Context, code []byte) error {
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter().
		WithCoreFeatures(api.CoreFeaturesV2).WithDebugInfoEnabled(false))
	defer r.Close(ctx)
	_, err := r.CompileModule(ctx, code)
	return err
}
