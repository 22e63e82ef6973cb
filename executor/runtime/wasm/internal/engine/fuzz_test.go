package engine

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/credence-chain/credence/executor/runtime"
)

// FuzzEngines: the compiler and the interpreter give the same outcome for any module.
func FuzzEngines(f *testing.F) {
	for _, app := range apps(f) {
		f.Add(app.Module)
	}
	compiler, interpreter := newEngine(f, Options{}), newEngine(f, Options{Interpreter: true})
	f.Fuzz(func(t *testing.T, module []byte) {
		spec := runtime.Spec{
			Program:   runtime.ProgramOf(module),
			FuelLimit: 300_000, MemoryLimit: 4 << 20, OutputLimit: 1 << 16,
		}
		a, err := compiler.Run(context.Background(), spec, nil)
		if err != nil {
			t.Fatalf("compiler: %v", err)
		}
		if a.Reason == runtime.InvalidModule {
			return
		}
		b, err := interpreter.Run(context.Background(), spec, nil)
		if err != nil && strings.Contains(err.Error(), "stack overflow") {
			return // the interpreter's stack is small
		}
		if err != nil {
			t.Fatalf("interpreter: %v", err)
		}
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("compiler %+v\ninterpreter %+v", a, b)
		}
	})
}
