package engine

import (
	"context"
	"encoding/binary"
	"math"
	"reflect"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/admit"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasi"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/testapps"
)

// noMeter is a meter that never runs out.
type noMeter struct{}

func (noMeter) Fuel() int64   { return math.MaxInt64 }
func (noMeter) SetFuel(int64) {}

// runPlain runs a module on our host as it is, without the pass.
func runPlain(t testing.TB, config wazero.RuntimeConfig, spec runtime.Spec) (*wasi.Host, error) {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, config.WithCoreFeatures(admit.Features).WithMemoryLimitPages(uint32(spec.MemoryLimit>>16)))
	defer r.Close(ctx)
	host, err := wasi.New(wasi.Config{Args: spec.Args, Env: spec.Env, Inputs: spec.Inputs,
		OutputLimit: spec.OutputLimit, TempLimit: spec.MemoryLimit, Clock: spec.Clock, Seed: spec.Seed}, noMeter{})
	if err != nil {
		t.Fatal(err)
	}
	if err := provideHost(ctx, r, host); err != nil {
		t.Fatal(err)
	}
	compiled, err := r.CompileModule(ctx, spec.Program.Content.(artifact.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	instance, err := r.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithStartFunctions())
	if err != nil {
		t.Fatal(err)
	}
	_, err = instance.ExportedFunction("_start").Call(ctx)
	return host, err
}

// TestInstrumentedEqualsPlain: an app without NaNs cannot see whether the pass was applied.
func TestInstrumentedEqualsPlain(t *testing.T) {
	different := map[string]bool{ // these differ by intention
		"nan-store": true, "nan-copysign": true, "nan-vector": true, "c-kernel": true, // NaNs
		"table-grow":                       true, // tables are bounded
		"computed-constants":               true, // plain wazero has none
		"c++-exceptions-of-the-first-form": true, "c++-exceptions-of-the-second-form": true,
		"exceptions-of-the-first-form": true, "exceptions-of-the-second-form": true, // plain wazero has none
	}
	e := newEngine(t, Options{})
	compared := 0
	for _, app := range apps(t) {
		spec := goldenSpec(app)
		o, err := e.Run(context.Background(), spec, nil)
		if err != nil {
			t.Fatal(err)
		}
		if o.Kind != runtime.Result || different[app.Name] {
			continue
		}
		host, err := runPlain(t, wazero.NewRuntimeConfigCompiler(), spec)
		if err != nil && (host.Stopped == nil || host.Stopped.Reason != runtime.None) {
			t.Errorf("%s: without the pass: %v", app.Name, err)
		}
		if !reflect.DeepEqual(host.Output(), o.Files) {
			t.Errorf("%s: the pass changes the output", app.Name)
		}
		compared++
	}
	if compared < 10 {
		t.Errorf("only %d apps compared", compared)
	}
}

// TestNaNsAreCanonical looks into the output. The goldens only hold its digest.
func TestNaNsAreCanonical(t *testing.T) {
	const nan64, nan32 = 0x7ff8000000000000, 0x7fc00000
	e := newEngine(t, Options{})
	output := func(name string) []byte {
		o, err := e.Run(context.Background(), goldenSpec(testapps.Find(name)), nil)
		if err != nil || o.Kind != runtime.Result {
			t.Fatalf("%s: %+v, %v", name, o, err)
		}
		return o.Files[0].Content.(artifact.Bytes)
	}
	b := output("nan-store")
	for _, at := range []int{0, 8, 16, 32, 48} {
		if got := binary.LittleEndian.Uint64(b[at:]); got != nan64 {
			t.Errorf("nan-store at %d: %#x, want %#x", at, got, uint64(nan64))
		}
	}
	for _, at := range []int{24, 28, 40} {
		if got := binary.LittleEndian.Uint32(b[at:]); got != nan32 {
			t.Errorf("nan-store at %d: %#x, want %#x", at, got, uint32(nan32))
		}
	}
	for _, at := range []int{56, 64} {
		if got := binary.LittleEndian.Uint64(b[at:]); got != 0x7ff4000000000123 {
			t.Errorf("nan-store at %d: %#x, want the NaN that was loaded", at, got)
		}
	}
	b = output("nan-copysign")
	for at := range 2 {
		if got := math.Float64frombits(binary.LittleEndian.Uint64(b[8*at:])); got != 3 {
			t.Errorf("copysign of a NaN, 64 bits, %d: %v, want 3", at, got)
		}
		if got := math.Float32frombits(binary.LittleEndian.Uint32(b[16+4*at:])); got != 3 {
			t.Errorf("copysign of a NaN, 32 bits, %d: %v, want 3", at, got)
		}
	}
	b = output("nan-vector")
	for line := range 2 { // f32x4.div, f64x2.div
		if got := binary.LittleEndian.Uint32(b[12:]); line == 0 && got != nan32 {
			t.Errorf("a lane of f32x4.div: %#x, want %#x", got, uint32(nan32))
		}
		if got := binary.LittleEndian.Uint64(b[24:]); line == 1 && got != nan64 {
			t.Errorf("a lane of f64x2.div: %#x, want %#x", got, uint64(nan64))
		}
	}
}

// TestMemoryMaximum: the lower maximum holds, the module's or the task's.
func TestMemoryMaximum(t *testing.T) {
	e := newEngine(t, Options{})
	for name, tc := range map[string]struct {
		declared, limit, want uint32
	}{
		"the task's":          {65536, 10, 10},
		"the module's":        {5, 10, 5},
		"none declared":       {0, 10, 10},
		"both the same":       {10, 10, 10},
		"no growth at all":    {1, 10, 1},
		"all there can be is": {65536, 20, 20},
	} {
		t.Run(name, func(t *testing.T) {
			module := testapps.GrowByOne(tc.declared)
			o, err := e.Run(context.Background(), runtime.Spec{
				Program:   runtime.ProgramOf(module),
				FuelLimit: 1e7, MemoryLimit: uint64(tc.limit)<<16 + 100, OutputLimit: 4,
			}, nil)
			if err != nil || o.Kind != runtime.Result {
				t.Fatalf("%+v, %v", o, err)
			}
			if got := binary.LittleEndian.Uint32(o.Files[0].Content.(artifact.Bytes)); got != tc.want {
				t.Errorf("grew to %d pages, want %d", got, tc.want)
			}
		})
	}
}
