package acceptance

import (
	"bufio"
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/devnet"
)

// Go programs read the clock without a system call, from code that the kernel maps into each process (the vDSO). A library that is loaded
// before others, such as libfaketime, does not reach static programs, and a time namespace does not change the time of day. setClock
// therefore overwrites that code in a running process. Only that process sees another time of day; its monotonic clock stays as it is, as on
// a machine whose clock somebody sets.

// clockCode replaces clock_gettime of the vDSO on amd64: it asks the kernel, and adds the seconds that follow the code to the time of day.
var clockCode = []byte{
	0xb8, 0xe4, 0x00, 0x00, 0x00, // mov eax, 228: the system call clock_gettime
	0x0f, 0x05, // syscall
	0x85, 0xff, // test edi, edi: which clock; CLOCK_REALTIME is 0
	0x75, 0x0a, // jne to the return
	0x48, 0x8b, 0x15, 0x0e, 0x00, 0x00, 0x00, // mov rdx, the seconds
	0x48, 0x01, 0x16, // add them to the answer's seconds
	0xc3,                                                       // ret
	0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, // up to secondsAt
}

// secondsAt is where the seconds lie behind the start of the code. One aligned write changes all of them.
const secondsAt = 32

// setClock sets a running process's time of day to that of this machine and the given offset, in whole seconds. It returns errSkipped
// where that cannot be done.
func setClock(pid int, offset time.Duration) error {
	if runtime.GOARCH != "amd64" {
		return fmt.Errorf("%w: no code for %s", errSkipped, runtime.GOARCH)
	}
	memory, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", pid), os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("%w: %w", errSkipped, err)
	}
	defer memory.Close()
	code, err := findClock(pid, memory)
	if err != nil {
		return err
	}
	seconds := binary.LittleEndian.AppendUint64(nil, uint64(int64(offset/time.Second)))
	now := make([]byte, len(clockCode))
	if _, err := memory.ReadAt(now, code.start); err != nil {
		return err
	}
	if bytes.Equal(now, clockCode) {
		_, err := memory.WriteAt(seconds, code.start+secondsAt)
		return err
	}
	return whileStopped(pid, code, func() error {
		if _, err := memory.WriteAt(append(bytes.Clone(clockCode), seconds...), code.start); err != nil {
			return fmt.Errorf("%w: %w", errSkipped, err)
		}
		return nil
	})
}

// span is a range of addresses in a process.
type span struct{ start, end int64 }

// findClock finds the vDSO's clock_gettime in a process.
func findClock(pid int, memory io.ReaderAt) (span, error) {
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return span{}, err
	}
	for line := range strings.Lines(string(maps)) {
		var image span
		if !strings.HasSuffix(strings.TrimSpace(line), "[vdso]") {
			continue
		}
		if _, err := fmt.Sscanf(line, "%x-%x", &image.start, &image.end); err != nil {
			return span{}, err
		}
		file, err := elf.NewFile(io.NewSectionReader(memory, image.start, image.end-image.start))
		if err != nil {
			return span{}, err
		}
		symbols, err := file.DynamicSymbols()
		if err != nil {
			return span{}, err
		}
		for _, s := range symbols {
			if s.Name != "__vdso_clock_gettime" {
				continue
			}
			start := image.start + int64(s.Value)
			if s.Size < secondsAt+8 || start%8 != 0 {
				return span{}, fmt.Errorf("%w: clock_gettime of this kernel has %d bytes", errSkipped, s.Size)
			}
			return span{start, start + int64(s.Size)}, nil
		}
	}
	return span{}, fmt.Errorf("%w: process %d has no vDSO", errSkipped, pid)
}

// whileStopped calls change while the process is stopped and none of its threads is within the code.
func whileStopped(pid int, code span, change func() error) error {
	for range 1000 {
		if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
			return err
		}
		outside, err := allOutside(pid, code)
		if outside {
			err = change()
		}
		if err := errors.Join(err, syscall.Kill(pid, syscall.SIGCONT)); err != nil || outside {
			return err
		}
		time.Sleep(time.Millisecond)
	}
	return fmt.Errorf("process %d is never outside of clock_gettime", pid)
}

// allOutside waits until all threads of a process that was told to stop have stopped, and reports whether all are outside of the code.
func allOutside(pid int, code span) (bool, error) {
	tasks := fmt.Sprintf("/proc/%d/task", pid)
	threads, err := os.ReadDir(tasks)
	if err != nil {
		return false, err
	}
	for _, thread := range threads {
		at, err := stoppedAt(tasks + "/" + thread.Name())
		if err != nil || at >= code.start && at < code.end {
			return false, err
		}
	}
	return true, nil
}

// stoppedAt waits until a thread has stopped, which on a busy machine takes its next turn, and returns its program counter.
func stoppedAt(thread string) (int64, error) {
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		stat, err := os.ReadFile(thread + "/stat")
		if err != nil {
			return 0, err
		}
		_, state, _ := strings.Cut(string(stat), ") ")
		if !strings.HasPrefix(state, "T") {
			if time.Now().After(deadline) {
				return 0, fmt.Errorf("%s does not stop: %.20q", thread, state)
			}
			continue
		}
		// The number of the system call and its arguments, or -1; the stack pointer; the program counter.
		text, err := os.ReadFile(thread + "/syscall")
		if err != nil {
			return 0, err
		}
		if fields := strings.Fields(string(text)); len(fields) >= 3 {
			return strconv.ParseInt(strings.TrimPrefix(fields[len(fields)-1], "0x"), 16, 64)
		}
	}
}

// clockOff is by how much a wrong clock is off. It is far more than any timeout of a transaction, and than the minute by which the engine
// lets a block be ahead of a node's clock.
const clockOff = time.Hour

// fastValidator sets the clock of a validator's machine ahead, for its node and its court executor, and sets it right later. The node goes on
// all the time: the time of a block is the median of the clocks of those who signed the block before.
func (c *chaos) fastValidator(d time.Duration) (string, error) {
	i := c.rand.IntN(chaosValidators)
	machine := []*devnet.Process{c.Validator(i), c.Court(i)}
	victims, err := setClocks(clockOff, machine...)
	if err != nil {
		return "", err
	}
	c.pause(d)
	_, err = setClocks(0, machine...)
	return victims, err
}

// slowValidator sets the clock of a validator's machine back. To its node every block comes from the future: it has to end by itself and name
// the clock. When the clock is right, it is started again.
func (c *chaos) slowValidator(d time.Duration) (string, error) {
	i := c.rand.IntN(chaosValidators)
	p := c.Validator(i)
	p.Expect()
	victims, err := setClocks(-clockOff, p, c.Court(i))
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(c.ctx, 2*time.Minute)
	defer cancel()
	status, err := p.Await(ctx)
	if said := p.Tail(20); err != nil || status != cli.ExitConsensus || !strings.Contains(said, "this machine's clock is wrong") {
		return "", fmt.Errorf("%s ended with status %d, expected %d and a word on the clock: %w\n%s", p.Name, status, cli.ExitConsensus, err, said)
	}
	c.pause(d)
	if _, err := setClocks(0, c.Court(i)); err != nil {
		return "", err
	}
	return victims, p.Start()
}

// skewWorkers sets the clocks of two workers, one fast and one slow, and sets them right later.
func (c *chaos) skewWorkers(d time.Duration) (string, error) {
	two := c.someWorkers(2)
	fast, err := setClocks(clockOff, two[0])
	if err != nil {
		return "", err
	}
	slow, err := setClocks(-clockOff, two[1])
	if err != nil {
		return "", err
	}
	c.awaitQuiet() // the clocks are wrong until all tasks have ended
	c.pause(d)
	_, err = setClocks(0, two...)
	return fast + ", " + slow, err
}

// setClocks sets the clocks of processes, and says so.
func setClocks(offset time.Duration, processes ...*devnet.Process) (string, error) {
	way := map[bool]string{true: "fast", false: "slow"}[offset > 0]
	for _, p := range processes {
		if err := setClock(p.PID(), offset); err != nil {
			return "", fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	return fmt.Sprintf("%s, %s %s", namesOf(processes), offset.Abs(), way), nil
}

// The clock of a running process is set, back and forth, and its monotonic clock is not.
func TestSetClock(t *testing.T) {
	if os.Getenv("CREDENCE_SAY_THE_TIME") != "" {
		sayTheTime()
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run", "^TestSetClock$")
	cmd.Env = append(os.Environ(), "CREDENCE_SAY_THE_TIME=1")
	ask, err := cmd.StdinPipe()
	require.NoError(t, err)
	answers, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	defer func() {
		ask.Close()
		_ = cmd.Wait()
	}()
	read := func() (off, passed time.Duration) {
		t.Helper()
		_, err := fmt.Fprintln(ask)
		require.NoError(t, err)
		var at, since int64
		_, err = fmt.Fscanln(answers, &at, &since)
		require.NoError(t, err)
		return time.Until(time.UnixMilli(at)), time.Duration(since)
	}
	off, _ := read()
	require.InDelta(t, 0, off.Seconds(), 30)
	for _, offset := range []time.Duration{time.Hour, -time.Hour, 0, 24 * time.Hour} {
		err := setClock(cmd.Process.Pid, offset)
		if errors.Is(err, errSkipped) {
			t.Skip(err)
		}
		require.NoError(t, err)
		off, passed := read()
		require.InDelta(t, offset.Seconds(), off.Seconds(), 30)
		require.Less(t, math.Abs(passed.Seconds()), 60.0, "the monotonic clock")
	}
}

// sayTheTime answers each line with the time of day in milliseconds and the nanoseconds that have passed since it began. Meanwhile other
// goroutines read the clock all the time.
func sayTheTime() {
	begin := time.Now()
	for range 4 {
		go func() {
			for sum := 0; ; {
				for i := range 1000 + time.Now().Nanosecond()%1000 {
					sum += i
				}
			}
		}()
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Println(time.Now().UnixMilli(), int64(time.Since(begin)))
	}
}
