package engine

import (
	"context"
	"encoding/binary"
	"testing"

	"pgregory.net/rapid"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasi"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/asm"
	"github.com/credence-chain/credence/testutil/until"
)

// The twin is a second, obvious account of what a program does and costs. Random programs are kept as trees. On one side a tree is turned
// into WebAssembly. On the other side it is walked, one instruction and its fuel at a time.

// variables is how many i32 locals a program works on. Variable 0 of a function is its parameter; the others start at zero.
const variables = 4

// maxSteps is the number of steps after which a walk is given up.
const maxSteps = 20_000

// node is a statement.
type node struct {
	kind   int
	a, b   uint32 // indices of variables
	op     int
	label  uint32
	body   []node
	orElse []node
	callee int
}

const (
	kindAssign   = iota // a = a op b
	kindBlock           // block body end
	kindLoop            // loop body, then: a -= 1, br_if 0 while a&3 != 0
	kindIf              // if a: body, else orElse
	kindBranchIf        // br_if label on a
	kindBranch          // br label
	kindReturn
	kindCall     // a = callee(b)
	kindTailCall // return callee(b), as a tail call
	kindFill     // memory.fill of a&0xff bytes
	kinds
)

var operators = []struct {
	code byte
	cost uint64
	do   func(x, y int32) (int32, bool) // false: trap
}{
	{0x6a, 1, func(x, y int32) (int32, bool) { return x + y, true }},
	{0x6b, 1, func(x, y int32) (int32, bool) { return x - y, true }},
	{0x6c, 1, func(x, y int32) (int32, bool) { return x * y, true }},
	{0x73, 1, func(x, y int32) (int32, bool) { return x ^ y, true }},
	{0x6e, 8, func(x, y int32) (int32, bool) { // i32.div_u
		if y == 0 {
			return 0, false
		}
		return int32(uint32(x) / uint32(y)), true
	}},
}

func drawBody(t *rapid.T, depth, nesting, functions int) []node {
	var body []node
	for range rapid.IntRange(0, 5).Draw(t, "statements") {
		body = append(body, drawNode(t, depth, nesting, functions))
	}
	return body
}

func drawNode(t *rapid.T, depth, nesting, functions int) node {
	n := node{
		kind:   rapid.IntRange(0, kinds-1).Draw(t, "kind"),
		a:      rapid.Uint32Range(0, variables-1).Draw(t, "a"),
		b:      rapid.Uint32Range(0, variables-1).Draw(t, "b"),
		op:     rapid.SampledFrom([]int{0, 0, 0, 1, 1, 2, 3, 3, 4}).Draw(t, "op"),
		label:  uint32(rapid.IntRange(0, nesting).Draw(t, "label")), // nesting itself means the function
		callee: rapid.IntRange(0, functions-1).Draw(t, "callee"),
	}
	structured := n.kind == kindBlock || n.kind == kindLoop || n.kind == kindIf
	if structured && depth == 0 {
		n.kind = kindAssign
		return n
	}
	if structured {
		n.body = drawBody(t, depth-1, nesting+1, functions)
	}
	if n.kind == kindIf {
		n.orElse = drawBody(t, depth-1, nesting+1, functions)
	}
	return n
}

// encode turns statements into WebAssembly code.
func encode(body []node, first uint32, nesting int) (code []byte) {
	for _, n := range body {
		switch n.kind {
		case kindAssign:
			code = append(code, asm.Code(asm.Get(n.a), asm.Get(n.b), asm.Op(operators[n.op].code), asm.Set(n.a))...)
		case kindBlock:
			code = append(code, asm.Block(encode(n.body, first, nesting+1))...)
		case kindLoop:
			code = append(code, asm.Loop(encode(n.body, first, nesting+1),
				asm.Get(n.a), asm.ConstI32(1), asm.Op(0x6b), asm.Tee(n.a), asm.ConstI32(3), asm.Op(0x71), asm.BrIf(0))...)
		case kindIf:
			code = append(code, asm.Get(n.a)...)
			code = append(append(code, 0x04, 0x40), encode(n.body, first, nesting+1)...)
			code = append(append(append(code, 0x05), encode(n.orElse, first, nesting+1)...), 0x0b)
		case kindBranchIf:
			if n.label == uint32(nesting) { // a branch out of the function needs a value
				code = append(code, asm.Code(asm.Get(n.a), asm.If(asm.Get(0), asm.Op(0x0f)))...)
				continue
			}
			code = append(code, asm.Code(asm.Get(n.a), asm.BrIf(n.label))...)
		case kindBranch:
			if n.label == uint32(nesting) {
				code = append(code, asm.Get(0)...)
			}
			code = append(code, asm.Br(n.label)...)
		case kindReturn:
			code = append(code, asm.Code(asm.Get(0), asm.Op(0x0f))...)
		case kindCall:
			code = append(code, asm.Code(asm.Get(n.b), asm.Call(first+uint32(n.callee)), asm.Set(n.a))...)
		case kindTailCall:
			code = append(code, asm.Code(asm.Get(n.b), asm.ReturnCall(first+uint32(n.callee)))...)
		case kindFill:
			code = append(code, asm.Code(asm.ConstI32(4096), asm.ConstI32(0), asm.Get(n.a), asm.ConstI32(0xff), asm.Op(0x71), asm.Bulk(11, 0))...)
		}
	}
	return code
}

// program makes the module. Its _start calls function 0 with 7 and writes the result to /out/r.
func program(functions [][]node) []byte {
	var m asm.Module
	open := importWASI(&m, "path_open")
	write := importWASI(&m, "fd_write")
	m.Memory(1, 0)
	m.Data(0, []byte("out/r"))
	m.Data(16, binary.LittleEndian.AppendUint32([]byte{32, 0, 0, 0}, 4))
	first := m.Next()
	for _, body := range functions {
		m.Func(asm.Types{asm.I32}, asm.Types{asm.I32}, asm.Types{asm.I32, asm.I32, asm.I32}, encode(body, first, 0), asm.Get(0))
	}
	return m.Start(nil,
		asm.ConstI32(32), asm.ConstI32(7), asm.Call(first), asm.Mem(0x36, 0),
		asm.ConstI32(3), asm.ConstI32(0), asm.ConstI32(0), asm.ConstI32(5), asm.ConstI32(1), asm.ConstI64(64), asm.ConstI64(0), asm.ConstI32(0), asm.ConstI32(24), asm.Call(open), asm.Op(0x1a),
		asm.ConstI32(4), asm.ConstI32(16), asm.ConstI32(1), asm.ConstI32(24), asm.Call(write), asm.Op(0x1a),
	).Bytes()
}

func importWASI(m *asm.Module, name string) uint32 {
	for _, f := range wasi.Functions() {
		if f.Name == name {
			return m.Import(wasi.ModuleName, name, f.Type.Params, f.Type.Results)
		}
	}
	panic(name)
}

// startAndOutput is the fuel that a program costs besides its functions.
const startAndOutput = fuel.Start + fuel.Page + 8/fuel.BytesPerFuel + // the data: 5 bytes are free, 8 cost 1
	fuel.Entry + 3 + fuel.Call + // entry, two constants and the store, the call
	9 + fuel.Call + fuel.HostCall + fuel.HostPath + 5 +
	4 + fuel.Call + fuel.HostCall + fuel.HostVector + (4+4)/fuel.BytesPerFuel // 4 bytes, by which the file grows

// walker runs a program by walking its tree, and counts the fuel.
type walker struct {
	functions [][]node
	fuel      uint64
	steps     int
	trapped   bool
	long      bool
}

// A statement ends in one of three ways. It falls through (fallThrough), branches out of a number of blocks (that number), or leaves the
// function (returning).
const (
	fallThrough = -1
	returning   = 1 << 20
)

func (w *walker) call(f int, arg int32, depth int) int32 {
	w.fuel += fuel.Entry + 3/fuel.LocalsPerFuel
	if depth > 500 {
		w.long = true
		return 0
	}
	vars := [variables]int32{arg}
	if w.run(w.functions[f], &vars, depth, 0) == fallThrough && !w.trapped {
		w.fuel++ // the last local.get
	}
	return vars[0]
}

func (w *walker) stopped() bool { return w.trapped || w.long }

func (w *walker) run(body []node, vars *[variables]int32, depth, nesting int) int {
	for _, n := range body {
		if w.steps++; w.steps > maxSteps {
			w.long = true
		}
		if w.stopped() {
			return returning
		}
		if exit := w.step(n, vars, depth, nesting); exit != fallThrough {
			return exit
		}
	}
	return fallThrough
}

func (w *walker) step(n node, vars *[variables]int32, depth, nesting int) int {
	switch n.kind {
	case kindAssign:
		w.fuel += 3 + operators[n.op].cost
		value, ok := operators[n.op].do(vars[n.a], vars[n.b])
		w.trapped = !ok
		vars[n.a] = value
	case kindBlock:
		return leave(w.run(n.body, vars, depth, nesting+1))
	case kindLoop:
		return w.loop(n, vars, depth, nesting)
	case kindIf:
		w.fuel += 2
		if vars[n.a] != 0 {
			return leave(w.run(n.body, vars, depth, nesting+1))
		}
		return leave(w.run(n.orElse, vars, depth, nesting+1))
	case kindBranchIf:
		w.fuel += 2 // local.get with br_if, or with if
		if vars[n.a] != 0 {
			return w.branch(n.label, nesting)
		}
	case kindBranch:
		w.fuel++
		return w.branch(n.label, nesting)
	case kindReturn:
		w.fuel++
		return returning
	case kindCall:
		w.fuel += 2 + fuel.Call
		vars[n.a] = w.call(n.callee, vars[n.b], depth+1)
	case kindTailCall:
		w.fuel += 1 + fuel.Call
		vars[0] = w.call(n.callee, vars[n.b], depth+1)
		return returning
	case kindFill:
		w.fuel += 5 + fuel.Bulk + uint64(vars[n.a]&0xff)/fuel.BytesPerFuel
	}
	return fallThrough
}

// branch leaves label+1 blocks. A branch out of the function carries variable 0, which costs a local.get.
func (w *walker) branch(label uint32, nesting int) int {
	if int(label) == nesting {
		w.fuel++
		return returning
	}
	return int(label)
}

func leave(exit int) int {
	switch exit {
	case fallThrough, 0:
		return fallThrough
	case returning:
		return returning
	}
	return exit - 1
}

func (w *walker) loop(n node, vars *[variables]int32, depth, nesting int) int {
	for {
		w.fuel++ // the loop instruction, each round
		exit := w.run(n.body, vars, depth, nesting+1)
		switch {
		case w.stopped():
			return returning
		case exit == 0: // a branch to the loop: around again
			if w.steps++; w.steps > maxSteps {
				w.long = true
				return returning
			}
			continue
		case exit != fallThrough:
			return leave(exit)
		}
		w.fuel += 7
		vars[n.a]--
		if vars[n.a]&3 == 0 {
			return fallThrough
		}
	}
}

// TestTwin: on both of wazero's engines the result and the fuel of a program equal the twin's.
func TestTwin(t *testing.T) {
	compiler, interpreter := newEngine(t, Options{}), newEngine(t, Options{Interpreter: true})
	finished, trapped := 0, 0
	until.Check(t, func(t *rapid.T) {
		functions := make([][]node, rapid.IntRange(1, 3).Draw(t, "functions"))
		for i := range functions {
			functions[i] = drawBody(t, 3, 0, len(functions))
		}
		if rapid.Bool().Draw(t, "divides last") { // mostly by zero: without it few programs would trap
			functions[0] = append(functions[0], node{kind: kindAssign, a: 1, b: 1, op: 4})
		}
		w := &walker{functions: functions, fuel: startAndOutput}
		value := w.call(0, 7, 0)
		if w.long {
			t.Skip("too long")
		}
		module := program(functions)
		spec := runtime.Spec{
			Program:   runtime.ProgramOf(module),
			FuelLimit: 1 << 40, MemoryLimit: 1 << 20, OutputLimit: 4,
		}
		for name, e := range map[string]*Engine{"compiler": compiler, "interpreter": interpreter} {
			o, err := e.Run(context.Background(), spec, nil)
			switch {
			case err != nil:
				t.Fatalf("%s: %v", name, err)
			case w.trapped:
				trapped++
				if o.Reason != runtime.Trap {
					t.Fatalf("%s: got %v %q, the twin traps", name, o.Kind, o.Reason)
				}
			default:
				finished++
				if o.Kind != runtime.Result || o.Fuel != w.fuel {
					t.Fatalf("%s: got %v %q with fuel %d, the twin used %d", name, o.Kind, o.Reason, o.Fuel, w.fuel)
				}
				if got := int32(binary.LittleEndian.Uint32(o.Files[0].Content.(artifact.Bytes))); got != value {
					t.Fatalf("%s: got %d, the twin has %d", name, got, value)
				}
			}
		}
		if !w.trapped {
			checkExactLimit(t, compiler, spec, w.fuel)
		}
	}, func() bool { return finished > 0 && trapped > 0 })
}

// checkExactLimit requires that a program ends well with exactly the fuel that it needs. With one less it must run out of fuel.
func checkExactLimit(t *rapid.T, e *Engine, spec runtime.Spec, needs uint64) {
	spec.FuelLimit = needs
	if o, err := e.Run(context.Background(), spec, nil); err != nil || o.Kind != runtime.Result {
		t.Fatalf("with exactly %d fuel: %v %q, %v", needs, o.Kind, o.Reason, err)
	}
	spec.FuelLimit = needs - 1
	if o, err := e.Run(context.Background(), spec, nil); err != nil || o.Reason != runtime.OutOfFuel || o.Fuel != needs-1 {
		t.Fatalf("with one less than %d fuel: %v %q fuel %d, %v", needs, o.Kind, o.Reason, o.Fuel, err)
	}
}
