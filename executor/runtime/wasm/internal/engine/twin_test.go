package engine

import (
	"context"
	"encoding/binary"
	"testing"

	"pgregory.net/rapid"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/fuel"
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
	form   int // of a try
	tag    uint32
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
	kindTry      // twin_exception_test.go
	kindThrow    // throw tag, with b if it has a value
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
		form:   rapid.IntRange(0, tryForms-1).Draw(t, "form"),
		tag:    rapid.Uint32Range(0, 1).Draw(t, "tag"),
	}
	structured := n.kind == kindBlock || n.kind == kindLoop || n.kind == kindIf || n.kind == kindTry
	if structured && depth == 0 {
		n.kind = kindAssign
		return n
	}
	if structured {
		n.body = drawBody(t, depth-1, nesting+1, functions)
	}
	if n.kind == kindIf || n.kind == kindTry && n.form != tryPass {
		n.orElse = drawBody(t, depth-1, nesting+1, functions)
	}
	return n
}

// start is the fuel that a program costs up to the call of its function, and output what it costs after.
const (
	start = fuel.Start + fuel.Page + 8/fuel.BytesPerFuel + // the data: 5 bytes are free, 8 cost 1
		fuel.Entry + 2 + fuel.Call // entry, two constants, the call
	output = 1 + // the store
		9 + fuel.Call + fuel.HostCall + fuel.HostPath + 5 +
		4 + fuel.Call + fuel.HostCall + fuel.HostVector + (4+4)/fuel.BytesPerFuel // 4 bytes, by which the file grows
)

// walker runs a program by walking its tree, and counts the fuel.
type walker struct {
	functions [][]node
	fuel      uint64
	steps     int
	trapped   bool
	long      bool
	exceptions
}

// A statement ends in one of four ways. It falls through (fallThrough), branches out of a number of blocks (that number), leaves the
// function (returning), or throws (throwing).
const (
	fallThrough = -1
	returning   = 1 << 20
	throwing    = 1 << 21
)

func (w *walker) call(f int, arg int32, depth int) int32 {
	w.fuel += fuel.Entry + (3+w.caughtLocals(w.functions[f]))/fuel.LocalsPerFuel
	if depth > 500 {
		w.long = true
		return 0
	}
	vars := [variables]int32{arg}
	switch exit := w.run(w.functions[f], &vars, depth, 0); {
	case exit == fallThrough && !w.trapped:
		w.fuel++ // the last local.get
	case exit == throwing:
		w.fuel++ // the zero that is returned
		w.passes = 0
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
		return w.leave(w.run(n.body, vars, depth, nesting+1))
	case kindLoop:
		return w.loop(n, vars, depth, nesting)
	case kindIf:
		w.fuel += 2
		if vars[n.a] != 0 {
			return w.leave(w.run(n.body, vars, depth, nesting+1))
		}
		return w.leave(w.run(n.orElse, vars, depth, nesting+1))
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
		return w.tryCall(n, vars, depth)
	case kindTailCall:
		w.fuel += 1 + fuel.Call
		vars[0] = w.call(n.callee, vars[n.b], depth+1)
		return returning
	case kindTry:
		return w.try(n, vars, depth, nesting)
	case kindThrow:
		return w.throw(n, vars)
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

func (w *walker) leave(exit int) int {
	switch exit {
	case fallThrough, 0:
		return fallThrough
	case returning:
		return returning
	case throwing:
		w.passes = max(w.passes-1, 0)
		return throwing
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
			return w.leave(exit)
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
	seen := map[string]int{}
	until.Check(t, func(t *rapid.T) {
		functions := make([][]node, rapid.IntRange(1, 3).Draw(t, "functions"))
		for i := range functions {
			functions[i] = drawBody(t, 3, 0, len(functions))
		}
		if rapid.Bool().Draw(t, "divides last") { // mostly by zero: without it few programs would trap
			functions[0] = append(functions[0], node{kind: kindAssign, a: 1, b: 1, op: 4})
		}
		w := &walker{functions: functions, fuel: start}
		w.secondForm = rapid.Bool().Draw(t, "second form")
		w.findThrowers(functions)
		value := w.call(0, 7, 0)
		if w.throws[0] {
			w.fuel += 2 // the look at what came back
		}
		if w.long {
			t.Skip("too long")
		}
		if !w.uncaught() {
			w.fuel += output
		}
		seen[w.outcome()]++
		module := program(functions, w.secondForm)
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
				if o.Reason != runtime.Trap {
					t.Fatalf("%s: got %v %q %s, the twin traps", name, o.Kind, o.Reason, o.Stderr)
				}
			case w.uncaught():
				if o.Reason != runtime.Trap || string(o.Stderr) != "trap: uncaught exception\n" || o.Fuel != w.fuel {
					t.Fatalf("%s: got %v %q with fuel %d, %s, the twin throws and used %d", name, o.Kind, o.Reason, o.Fuel, o.Stderr, w.fuel)
				}
			default:
				if o.Kind != runtime.Result || o.Fuel != w.fuel {
					t.Fatalf("%s: got %v %q with fuel %d, the twin used %d; %s", name, o.Kind, o.Reason, o.Fuel, w.fuel, o.Stderr)
				}
				if got := int32(binary.LittleEndian.Uint32(o.Files[0].Content.(artifact.Bytes))); got != value {
					t.Fatalf("%s: got %d, the twin has %d", name, got, value)
				}
			}
		}
		if !w.trapped && !w.uncaught() {
			checkExactLimit(t, compiler, spec, w.fuel)
		}
	}, func() bool {
		for _, outcome := range []string{"finished", "trapped", "first form: caught", "first form: uncaught", "second form: caught", "second form: uncaught"} {
			if seen[outcome] == 0 {
				return false
			}
		}
		return true
	})
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
