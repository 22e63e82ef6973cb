package devnet

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/credence-chain/credence/client"
)

// layOut makes the keys, nodes and genesis of a new devnet, and chooses its ports. It returns the devnet's description.
func layOut(o Options) (*Info, error) {
	for _, folder := range []string{"keys", "validators", "workers", "courts", "logs"} {
		if err := os.MkdirAll(filepath.Join(o.State, folder), 0o700); err != nil {
			return nil, err
		}
	}
	// Each validator needs four ports and one for its court executor; each worker, the store and the web page need one.
	ports, err := reservePorts(o.BasePort, 5*o.Validators+o.Workers+2+o.ContainerWorkers)
	if err != nil {
		return nil, err
	}
	next := func() int {
		port := ports[0]
		ports = ports[1:]
		return port
	}
	info := &Info{Format: 1, State: o.State, ChainID: o.ChainID, Pool: PoolName, Saboteurs: []string{}}
	for i := range o.Validators {
		name := validatorName(i)
		v := ValidatorInfo{
			Name: name, Home: filepath.Join(o.State, "validators", name), CourtHome: filepath.Join(o.State, "courts", name),
			RPC: next(), GRPC: next(), REST: next(), P2P: next(), Court: httpURL(next()),
		}
		if v.Operator, v.KeyFile, err = newKey(o.State, name); err != nil {
			return nil, err
		}
		if v.CourtAddress, v.CourtKeyFile, err = newKey(o.State, name+"-court"); err != nil {
			return nil, err
		}
		info.Validators = append(info.Validators, v)
		info.GRPC = append(info.GRPC, loopbackAddress(v.GRPC))
	}
	info.RPC, info.REST = httpURL(info.Validators[0].RPC), httpURL(info.Validators[0].REST)
	info.Store = httpURL(next())
	for i := range o.Workers {
		org := workerName(i)
		w := WorkerInfo{
			Organisation: org, Home: filepath.Join(o.State, "workers", org), Endpoint: httpURL(next()), Saboteur: i >= o.Workers-o.Saboteurs,
		}
		if w.Address, w.KeyFile, err = newKey(o.State, org+"-worker"); err != nil {
			return nil, err
		}
		owner, err := addAccount(info, org+"-owner", org)
		if err != nil {
			return nil, err
		}
		w.Owner = owner.Address
		info.Workers = append(info.Workers, w)
		if w.Saboteur {
			info.Saboteurs = append(info.Saboteurs, org)
		}
	}
	for _, a := range []struct{ name, org string }{{requesterName, requesterOrg}, {providerName, providerOrg}, {operatorName, operatorOrg}} {
		if _, err := addAccount(info, a.name, a.org); err != nil {
			return nil, err
		}
	}
	info.Web = httpURL(next()) // last, so that the other ports are the same as in older versions
	if o.ContainerWorkers > 0 {
		info.Containers = &ContainersInfo{Pool: ContainerPoolName, Engine: o.OCI.Engine, Path: o.OCI.Path, Args: o.OCI.Args, GPUs: o.OCI.GPUs}
	}
	for i := range o.ContainerWorkers {
		beside := info.Workers[i]
		w := WorkerInfo{
			Organisation: beside.Organisation, Owner: beside.Owner, Saboteur: beside.Saboteur,
			Home: filepath.Join(o.State, "workers", beside.Organisation+"-oci"), Endpoint: httpURL(next()),
		}
		if w.Address, w.KeyFile, err = newKey(o.State, beside.Organisation+"-oci-worker"); err != nil {
			return nil, err
		}
		info.Containers.Workers = append(info.Containers.Workers, w)
	}
	if err := writeNodes(o, info); err != nil {
		return nil, err
	}
	return info, nil
}

func addAccount(i *Info, name, org string) (AccountInfo, error) {
	address, file, err := newKey(i.State, name)
	if err != nil {
		return AccountInfo{}, err
	}
	a := AccountInfo{Name: name, Organisation: org, Address: address, KeyFile: file}
	i.Accounts = append(i.Accounts, a)
	return a, nil
}

func newKey(state, name string) (address, file string, err error) {
	file = filepath.Join(state, "keys", name+".key")
	key, err := client.LoadOrGenerateKey(file)
	if err != nil {
		return "", "", fmt.Errorf("key of %s: %w", name, err)
	}
	return key.Address(), file, nil
}

// adoptOptions applies the options that may change when a devnet continues, such as the saboteurs. It refuses others that differ.
func adoptOptions(o Options, info *Info) error {
	if len(info.Workers) != o.Workers || len(info.Validators) != o.Validators {
		return fmt.Errorf("the devnet in %s has %d validators and %d workers, not %d and %d: start it with --reset to begin anew, or without those flags to continue it",
			o.State, len(info.Validators), len(info.Workers), o.Validators, o.Workers)
	}
	if err := adoptContainers(o, info); err != nil {
		return err
	}
	if info.Web == "" { // made by an older version
		ports, err := reservePorts(0, 1)
		if err != nil {
			return err
		}
		info.Web = httpURL(ports[0])
	}
	info.Saboteurs = []string{}
	for i := range info.Workers {
		w := &info.Workers[i]
		w.Saboteur = i >= o.Workers-o.Saboteurs
		if w.Saboteur {
			info.Saboteurs = append(info.Saboteurs, w.Organisation)
		}
	}
	if info.Containers != nil {
		for i := range info.Containers.Workers {
			info.Containers.Workers[i].Saboteur = info.Workers[i].Saboteur
		}
	}
	if port := firstTaken(portsOf(info)); port != 0 {
		return fmt.Errorf("port %d, which this devnet used before, is taken by another program now: stop that, or start with --reset", port)
	}
	return nil
}

// adoptContainers applies the engine. The organisations that run containers cannot change, because the genesis registered them.
func adoptContainers(o Options, info *Info) error {
	if o.OCI.Engine == "" {
		return nil // the devnet keeps its engine
	}
	there := 0
	if info.Containers != nil {
		there = len(info.Containers.Workers)
	}
	if there != o.ContainerWorkers {
		return fmt.Errorf("the devnet in %s has %d workers for containers, not %d: start it with --reset to begin anew, or without --oci-workers and --oci-engine to continue it",
			o.State, there, o.ContainerWorkers)
	}
	if promised := len(info.Containers.GPUs); promised != len(o.OCI.GPUs) {
		return fmt.Errorf("the devnet in %s promises containers %d GPUs, not %d: start it with --reset to begin anew, or with as many --oci-gpus", o.State, promised, len(o.OCI.GPUs))
	}
	info.Containers.Engine, info.Containers.Path, info.Containers.Args, info.Containers.GPUs = o.OCI.Engine, o.OCI.Path, o.OCI.Args, o.OCI.GPUs
	return nil
}

// portsOf returns all ports on which the devnet listens.
func portsOf(i *Info) []int {
	var out []int
	for _, v := range i.Validators {
		out = append(out, v.RPC, v.GRPC, v.REST, v.P2P, portOf(v.Court))
	}
	for _, w := range i.AllWorkers() {
		out = append(out, portOf(w.Endpoint))
	}
	if i.Web != "" {
		out = append(out, portOf(i.Web))
	}
	return append(out, portOf(i.Store))
}
