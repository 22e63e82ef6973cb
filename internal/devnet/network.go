package devnet

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/artifact/registry"
	"github.com/credence-chain/credence/executor/attester"
)

// This file starts, watches and stops the processes of a devnet. Validators start first, and all others wait for the chain by themselves.
// If a validator ends, the devnet has failed. If a worker or a court executor ends, it is reported and, with Options.Restart, started
// again.

// sabotageSeed makes all saboteurs of a devnet give the same wrong answer.
const sabotageSeed = "collude"

// stopGrace is how long a process may take to end after SIGTERM. containerDrain is the part of it in which a worker lets its containers
// finish.
const (
	stopGrace      = 6 * time.Second
	containerDrain = time.Second
)

// Network is a running devnet.
type Network struct {
	// Info describes the devnet. It does not change while the devnet runs.
	Info *Info

	opts       Options
	lock       *os.File
	store      *http.Server
	blobs      *registry.Registry
	validators []*Process
	courts     []*Process
	workers    []*Process
	containers []*Process // workers for containers
	failed     chan error

	mu      sync.Mutex
	closing bool
}

// Start makes a new devnet, or continues one, and starts all of its processes. It returns once they run; see Ready. After an error no
// process is left running.
func Start(opts Options) (*Network, error) {
	o, err := opts.fillDefaults()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.State, 0o700); err != nil {
		return nil, fmt.Errorf("--state: %w", err)
	}
	lock, err := lockFolder(o.State)
	if err != nil {
		return nil, err
	}
	n := &Network{opts: o, lock: lock, failed: make(chan error, 1)}
	if err := n.startAll(); err != nil {
		n.Stop()
		return nil, err
	}
	return n, nil
}

func (n *Network) startAll() error {
	o := n.opts
	if o.Reset {
		if err := wipeFolder(o.State); err != nil {
			return err
		}
	}
	info, err := LoadInfo(filepath.Join(o.State, InfoFile))
	switch {
	case errors.Is(err, ErrNoDevnet):
		if err := emptyBut(o.State, "lock"); err != nil {
			return err
		}
		o.Progress(fmt.Sprintf("making keys and a genesis; validators: %d, workers: %d", o.Validators, o.Workers))
		if info, err = layOut(o); err != nil {
			return err
		}
	case err != nil:
		return err
	default:
		o.Progress("continuing the chain in " + o.State)
		if err := adoptOptions(o, info); err != nil {
			return err
		}
	}
	n.Info = info
	if err := n.serveStore(); err != nil {
		return err
	}
	n.prepareProcesses()
	o.Progress(fmt.Sprintf("starting %d processes: validators, their court executors, workers", 2*len(n.validators)+len(n.workers)+len(n.containers)))
	// Validators start first; the other processes wait for the chain by themselves.
	for _, group := range [][]*Process{n.validators, n.workers, n.containers, n.courts} {
		for _, p := range group {
			if err := p.Start(); err != nil {
				return err
			}
		}
	}
	return n.saveInfo(true)
}

func (n *Network) prepareProcesses() {
	o, logs := n.opts, filepath.Join(n.opts.State, "logs")
	process := func(name, logName, path string, ended func(*Process, error), args ...string) *Process {
		return &Process{Name: name, LogFile: filepath.Join(logs, logName+".log"), path: path, args: args, ended: ended}
	}
	for i, v := range n.Info.Validators {
		args := []string{"start", "--home", v.Home, "--log_no_color"}
		if i == 0 {
			args = append(args, "--web.address", loopbackAddress(portOf(n.Info.Web)))
		}
		n.validators = append(n.validators, process("validator "+v.Name, v.Name, o.Credenced, n.validatorEnded, args...))
		n.courts = append(n.courts, process("court executor of "+v.Name, "court-"+v.Name, o.Worker, n.executorEnded,
			"start", "--role", "court", "--home", v.CourtHome, "--key-file", v.CourtKeyFile, "--node", loopbackAddress(v.GRPC),
			"--listen", loopbackAddress(portOf(v.Court)), "--slots", "1", "--chain-id", n.Info.ChainID))
	}
	for i, w := range n.Info.Workers {
		n.workers = append(n.workers, process("worker "+w.Organisation, w.Organisation, o.Worker, n.executorEnded, n.workerArgs(i, w)...))
	}
	if n.Info.Containers == nil {
		return
	}
	for i, w := range n.Info.Containers.Workers {
		args := append(n.workerArgs(i, w), containerArgs(n.Info.Containers)...)
		n.containers = append(n.containers, process("container worker "+w.Organisation, w.Organisation+"-oci", o.Worker, n.executorEnded, args...))
	}
}

// workerArgs returns the arguments of worker number i.
func (n *Network) workerArgs(i int, w WorkerInfo) []string {
	args := []string{"start", "--role", "worker", "--home", w.Home, "--key-file", w.KeyFile,
		"--listen", loopbackAddress(portOf(w.Endpoint)), "--slots", strconv.Itoa(n.opts.Slots), "--chain-id", n.Info.ChainID}
	// Each worker uses another validator first, and falls back to the others.
	for k := range n.Info.GRPC {
		args = append(args, "--node", n.Info.GRPC[(i+k)%len(n.Info.GRPC)])
	}
	if n.opts.Enclaves {
		args = append(args, "--enclave", attester.Software)
	}
	if w.Saboteur {
		args = append(args, "--sabotage", sabotageSeed)
	}
	return args
}

// containerArgs returns the additional arguments of a worker for containers. The worker ends its containers within containerDrain, before
// the devnet kills it: a worker that is killed leaves its containers running.
func containerArgs(c *ContainersInfo) []string {
	args := []string{"--oci-engine", c.Engine, "--drain", containerDrain.String()}
	if c.Path != "" {
		args = append(args, "--oci-path", c.Path)
	}
	for _, arg := range c.Args {
		args = append(args, "--oci-args", arg)
	}
	if len(c.GPUs) > 0 {
		args = append(args, "--oci-gpus", strings.Join(c.GPUs, ","))
	}
	return args
}

func (n *Network) serveStore() error {
	blobs, err := registry.Open(filepath.Join(n.opts.State, "store"), registry.Options{Open: true})
	if err != nil {
		return err
	}
	n.blobs = blobs
	listener, err := net.Listen("tcp", loopbackAddress(portOf(n.Info.Store)))
	if err != nil {
		return fmt.Errorf("artifact store: %w", err)
	}
	n.store = artifact.Server(blobs)
	go func() { _ = n.store.Serve(listener) }()
	return nil
}

// validatorEnded reports that the devnet has failed, because it cannot go on without a validator.
func (n *Network) validatorEnded(p *Process, err error) {
	select {
	case n.failed <- fmt.Errorf("%s: %s; the end of %s:\n%s", p.Name, describeEnd(err), p.LogFile, p.Tail(15)):
	default:
	}
}

func (n *Network) executorEnded(p *Process, err error) {
	fmt.Fprintf(n.opts.Log, "%s: %s (log: %s)\n", p.Name, describeEnd(err), p.LogFile)
	if !n.opts.Restart {
		return
	}
	time.Sleep(2 * time.Second)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closing {
		return
	}
	if err := p.Start(); err != nil {
		fmt.Fprintf(n.opts.Log, "%v\n", err)
	}
}

// Failed returns the channel that gets an error when the devnet cannot go on.
func (n *Network) Failed() <-chan error { return n.failed }

// Worker returns the process of an organisation's worker for modules; nil if there is none.
func (n *Network) Worker(organisation string) *Process {
	return processOf(n.workers, n.Info.Workers, organisation)
}

// ContainerWorker returns the process of an organisation's worker for containers; nil if there is none.
func (n *Network) ContainerWorker(organisation string) *Process {
	if n.Info.Containers == nil {
		return nil
	}
	return processOf(n.containers, n.Info.Containers.Workers, organisation)
}

func processOf(processes []*Process, workers []WorkerInfo, organisation string) *Process {
	for i, w := range workers {
		if w.Organisation == organisation {
			return processes[i]
		}
	}
	return nil
}

// Validator returns the process of validator number i, from 0.
func (n *Network) Validator(i int) *Process { return n.validators[i] }

// Court returns the process of the court executor of validator number i, from 0.
func (n *Network) Court(i int) *Process { return n.courts[i] }

// Stop ends all processes: first the workers and court executors, all at once, so that the chain runs as long as they do. It may be called
// more than once.
func (n *Network) Stop() {
	n.mu.Lock()
	already := n.closing
	n.closing = true
	n.mu.Unlock()
	if already {
		return
	}
	stopAll(slices.Concat(n.workers, n.containers, n.courts), stopGrace)
	stopAll(n.validators, stopGrace)
	if n.store != nil {
		n.store.Close()
	}
	if n.blobs != nil {
		n.blobs.Close()
	}
	if n.Info != nil {
		_ = n.saveInfo(false)
	}
	n.lock.Close()
}

func stopAll(processes []*Process, grace time.Duration) {
	var wait sync.WaitGroup
	for _, p := range processes {
		wait.Add(1)
		go func() {
			defer wait.Done()
			p.Stop(grace)
		}()
	}
	wait.Wait()
}

// saveInfo writes devnet.json with the ids of the current processes.
func (n *Network) saveInfo(running bool) error {
	info := *n.Info
	info.Running = running
	info.Validators = append([]ValidatorInfo{}, n.Info.Validators...)
	info.Workers = noteProcesses(n.Info.Workers, n.workers, running)
	if n.Info.Containers != nil {
		containers := *n.Info.Containers
		containers.Workers = noteProcesses(containers.Workers, n.containers, running)
		info.Containers = &containers
	}
	info.PID = 0
	if running {
		info.PID = os.Getpid()
	}
	for i := range info.Validators {
		info.Validators[i].PID, info.Validators[i].CourtPID = 0, 0
		if running && i < len(n.validators) {
			info.Validators[i].PID, info.Validators[i].CourtPID = n.validators[i].PID(), n.courts[i].PID()
		}
	}
	return info.Save()
}

// noteProcesses returns a copy of the workers with the ids of their processes.
func noteProcesses(workers []WorkerInfo, processes []*Process, running bool) []WorkerInfo {
	workers = slices.Clone(workers)
	for i := range workers {
		workers[i].PID = 0
		if running && i < len(processes) {
			workers[i].PID = processes[i].PID()
		}
	}
	return workers
}

func portOf(base string) int {
	u, err := url.Parse(base)
	if err != nil {
		return 0
	}
	port, _ := strconv.Atoi(u.Port())
	return port
}

// Description returns the current content of devnet.json, with the ids of the processes.
func (n *Network) Description() *Info {
	info, err := LoadInfo(filepath.Join(n.Info.State, InfoFile))
	if err != nil {
		return n.Info
	}
	return info
}
