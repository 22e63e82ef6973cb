package devnet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Process is one program of the devnet. It may be stopped, killed and started again.
type Process struct {
	// Name in messages, such as "worker amber".
	Name string
	// LogFile gets the program's standard output and error.
	LogFile string

	path string
	args []string
	// ended is called if the program ends without being stopped.
	ended func(p *Process, err error)

	mu       sync.Mutex
	cmd      *exec.Cmd
	done     chan struct{} // closed once the current run has ended
	err      error         // how the last run ended
	stopping bool
}

// Start starts the program, which must not be running.
func (p *Process) Start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		return fmt.Errorf("%s runs already", p.Name)
	}
	log, err := os.OpenFile(p.LogFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() // the child has its own copy
	cmd := exec.Command(p.path, p.args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Dir = filepath.Dir(p.LogFile)
	// The child gets its own process group, so that Ctrl-C reaches only the devnet, and all processes of the child can be ended with it.
	cmd.SysProcAttr = childAttributes()
	if err := startLasting(cmd); err != nil {
		return fmt.Errorf("%s: %w", p.Name, err)
	}
	done := make(chan struct{})
	p.cmd, p.done, p.err, p.stopping = cmd, done, nil, false
	go p.awaitEnd(cmd, done)
	return nil
}

// startLasting starts a command on a thread that lives as long as this process. The kernel ends a child with the thread that started it
// (childAttributes), and a thread can end before its process: the WebAssembly runtime ends each thread from which it starts a child.
func startLasting(cmd *exec.Cmd) error {
	started := make(chan error)
	starts() <- func() { started <- cmd.Start() }
	return <-started
}

// starts returns where startLasting sends its calls. All of them run on one thread.
var starts = sync.OnceValue(func() chan<- func() {
	calls := make(chan func())
	go func() {
		runtime.LockOSThread()
		for call := range calls {
			call()
		}
	}()
	return calls
})

func (p *Process) awaitEnd(cmd *exec.Cmd, done chan struct{}) {
	err := cmd.Wait()
	// Processes that it started may still run.
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	p.mu.Lock()
	stopping := p.stopping
	p.cmd, p.err = nil, err
	p.mu.Unlock()
	close(done)
	if !stopping && p.ended != nil {
		p.ended(p, err)
	}
}

// PID returns the id of the running process; 0 if it does not run.
func (p *Process) PID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return 0
	}
	return p.cmd.Process.Pid
}

// Stop asks the program to end, and kills it after the grace.
func (p *Process) Stop(grace time.Duration) { p.endBy(syscall.SIGTERM, grace) }

// Kill ends the program at once, as a power cut would.
func (p *Process) Kill() { p.endBy(syscall.SIGKILL, 5*time.Second) }

func (p *Process) endBy(signal syscall.Signal, grace time.Duration) {
	p.mu.Lock()
	p.stopping = true
	cmd, done := p.cmd, p.done
	p.mu.Unlock()
	if cmd == nil {
		return
	}
	pid := cmd.Process.Pid
	if signal == syscall.SIGKILL {
		_ = syscall.Kill(-pid, syscall.SIGKILL)
	} else {
		_ = cmd.Process.Signal(signal)
	}
	select {
	case <-done:
	case <-time.After(grace):
		_ = syscall.Kill(-pid, syscall.SIGKILL)
		<-done
	}
}

// Await waits until the program ends by itself, and returns its exit status; -1 if it does not run or a signal ended it. This end is no
// failure of the devnet.
func (p *Process) Await(ctx context.Context) (status int, err error) {
	p.mu.Lock()
	p.stopping = true
	done := p.done
	p.mu.Unlock()
	if done == nil {
		return -1, fmt.Errorf("%s was never started", p.Name)
	}
	select {
	case <-done:
	case <-ctx.Done():
		return -1, fmt.Errorf("%s has not ended: %w", p.Name, ctx.Err())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var exit *exec.ExitError
	if errors.As(p.err, &exit) {
		return exit.ExitCode(), nil
	}
	return 0, p.err
}

// Expect says that the program may end by itself: until it is started again, its end is no failure of the devnet.
func (p *Process) Expect() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopping = true
}

// Use makes the next Start run another program with the same arguments.
func (p *Process) Use(path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.path = path
}

// Tail returns the end of the program's log, at most n lines.
func (p *Process) Tail(n int) string { return Tail(p.LogFile, n) }

// Tail returns the end of a file, at most n lines.
func Tail(path string, n int) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	const most = 16 << 10
	if end, err := file.Seek(0, io.SeekEnd); err == nil {
		_, _ = file.Seek(max(0, end-most), io.SeekStart)
	}
	data, _ := io.ReadAll(file)
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// describeEnd says how a process ended.
func describeEnd(err error) string {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return "ended"
	case errors.As(err, &exit):
		return exit.Error()
	}
	return err.Error()
}
