// Package admit decides whether a module is run at all. The decision depends only on the module. So every worker decides alike, and
// so does a client before it publishes a module.
package admit

import (
	"context"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/credence-chain/credence/executor/runtime/wasm/internal/instrument"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/refusal"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasi"
)

// Features are what a module may use of WebAssembly, as wazero groups it. The pass refuses some of it.
const Features = api.CoreFeaturesV2 | experimental.CoreFeaturesTailCall

// host lists the functions that modules can import.
var host = func() instrument.Host {
	h := instrument.Host{wasi.ModuleName: {}}
	for _, f := range wasi.Functions() {
		h[wasi.ModuleName][f.Name] = f.Type
	}
	return h
}()

// AdmitModule returns the instrumented module, or a *refusal.Refusal.
func AdmitModule(ctx context.Context, code []byte) (instrument.Module, error) {
	m, err := instrument.Instrument(code, host)
	if err != nil {
		return m, refusal.FindRefusal(err)
	}
	if err := validateForms(ctx, code, m); err != nil {
		return m, refusal.FindRefusal(err)
	}
	return m, nil
}

// validateForms has wazero check the original module, so that the module cannot use anything that the pass adds. Of constant expressions
// it sees the values: the pass alone checks how they are computed. Of a module with exceptions it also checks what the pass made of them,
// which is what will run. It does not know their first form; there, this second check is the only one, and the pass itself has refused
// what names anything that the pass adds.
func validateForms(ctx context.Context, code []byte, m instrument.Module) error {
	if m.Folded != nil {
		code = m.Folded
	}
	if m.Lowered == nil {
		return validateModule(ctx, code, Features)
	}
	if !m.FirstForm {
		if err := validateModule(ctx, code, Features|experimental.CoreFeaturesExceptionHandling); err != nil {
			return err
		}
	}
	return validateModule(ctx, m.Lowered, Features)
}

// validateModule has wazero check a module. It uses the interpreter, which shares the compiler's front end and is faster here.
func validateModule(ctx context.Context, code []byte, features api.CoreFeatures) error {
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter().
		WithCoreFeatures(features).WithDebugInfoEnabled(false))
	defer r.Close(ctx)
	_, err := r.CompileModule(ctx, code)
	return err
}
