package acceptance

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/credenced/setup"
	"github.com/credence-chain/credence/testutil/port"
)

// This file has the faults of programs that run beside the devnet: stores, and a full node. They are started at the first fault that needs
// them.

// besideStore is a store with a process and a folder of its own.
type besideStore struct {
	*besideProgram
	url string
}

func (s besideStore) client() *artifact.Client { return &artifact.Client{BaseURLs: []string{s.url}} }

// startStores starts two stores, unless they run already.
func (c *chaos) startStores() {
	c.t.Helper()
	for len(c.stores) < 2 {
		name, address := fmt.Sprintf("store-%d", len(c.stores)+1), port.FreeAddress(c.t)
		s := besideStore{url: "http://" + address}
		s.besideProgram = c.run(name, "credenced", "store", "serve", "--open", "--home", filepath.Join(c.Info.State, name), "--listen", address, "--metrics-listen", "")
		c.stores = append(c.stores, s)
		c.awaitStore(s)
	}
}

// awaitStore waits until a store takes an upload.
func (c *chaos) awaitStore(s besideStore) {
	c.t.Helper()
	c.until(s.name+" serves", func() bool {
		_, err := s.client().Upload(c.ctx, []byte("something"))
		return err == nil
	})
}

// hangStore hangs a store and lets it go on.
func (c *chaos) hangStore(d time.Duration) (string, error) { return c.silenceStore(hang, d) }

// killStore kills a store while uploads run, and starts it again. It must still have each upload that it acknowledged.
func (c *chaos) killStore(d time.Duration) (string, error) {
	c.startStores()
	victim := c.stores[0]
	uploads := c.uploadUntilItFails(victim)
	var acknowledged []artifact.Digest
	for range fewUploads {
		digest, going := <-uploads
		if !going {
			return "", fmt.Errorf("%s refuses an upload before it is killed", victim.name)
		}
		acknowledged = append(acknowledged, digest)
	}
	victims, err := c.silenceStore(death, d)
	if err != nil {
		return "", err
	}
	for digest := range uploads {
		acknowledged = append(acknowledged, digest)
	}
	for _, digest := range acknowledged {
		if _, err := victim.client().Bytes(c.ctx, digest, uploadSize); err != nil {
			return "", fmt.Errorf("%s acknowledged %s before it was killed: %w", victim.name, digest, err)
		}
	}
	return fmt.Sprintf("%s; it kept all of the %d uploads that it had acknowledged", victims, len(acknowledged)), nil
}

// silenceStore silences a store. Two stores have a program that no worker has yet, and its version names the silent one first. A task of it
// has to end while the store is silent, and what is uploaded to both has to reach the other. Then the store goes on, with what it had.
func (c *chaos) silenceStore(by silence, d time.Duration) (string, error) {
	c.startStores()
	silent, other := c.stores[0], c.stores[1]
	c.programs++
	module := append(echo(), section(0, cat(text("number"), fmt.Append(nil, c.programs)))...)
	for _, s := range c.stores {
		if _, err := s.client().Upload(c.ctx, module); err != nil {
			return "", err
		}
	}
	if err := by.begin(silent.besideProgram); err != nil {
		return "", err
	}
	begun := time.Now()
	app := c.publishDigest(fmt.Sprintf("echo-%d", c.programs), artifact.Sum(module).String(), uint64(len(module)), appPrice, silent.url, other.url)
	deal := c.submit(job(app, chaosTrust, 3))
	later := fmt.Appendf(nil, "uploaded while the store is silent, %d", c.programs)
	digest, err := (&artifact.Client{BaseURLs: []string{silent.url, other.url}}).Upload(c.ctx, later)
	if err != nil {
		return "", err
	}
	if _, err := other.client().Bytes(c.ctx, digest, 1<<10); err != nil {
		return "", err
	}
	c.requireEndedOne(deal)
	took := time.Since(begun)
	c.pause(d - took)
	if err := by.end(silent.besideProgram); err != nil {
		return "", err
	}
	c.awaitStore(silent)
	if _, err := silent.client().Bytes(c.ctx, artifact.Sum(module), 1<<20); err != nil {
		return "", fmt.Errorf("%s does not go on: %w", silent.name, err)
	}
	return fmt.Sprintf("%s; a task whose program it has too took %s", silent.name, took.Round(100*time.Millisecond)), nil
}

const (
	fewUploads = 20
	uploadSize = 1 << 18
)

// uploadUntilItFails uploads one thing after the other to a store until one fails, and gives the digests of those that it has acknowledged.
func (c *chaos) uploadUntilItFails(s besideStore) <-chan artifact.Digest {
	out := make(chan artifact.Digest, 1<<16)
	go func() {
		defer close(out)
		for i := range cap(out) {
			data := make([]byte, uploadSize)
			copy(data, fmt.Sprintf("upload %d of round %d", i, c.programs))
			digest, err := s.client().Upload(c.ctx, data)
			if err != nil {
				return
			}
			out <- digest
		}
	}()
	return out
}

// startFull starts a full node, unless it runs already, and waits until it has caught up. In a pair it has, before the other fault struck.
func (c *chaos) startFull() {
	c.t.Helper()
	if c.meet != nil {
		return
	}
	if c.full == nil {
		node, program := c.runFullNode("full", func(config string) string { return config })
		c.full = &besideNode{Node: node, program: program}
	}
	c.until("the full node has caught up", func() bool { return heightOf(c.full.Node) >= c.height()-1 })
}

// besideNode is a full node.
type besideNode struct {
	setup.Node
	program *besideProgram
}

func (n *besideNode) grpc() string { return fmt.Sprintf("127.0.0.1:%d", n.Ports.GRPC) }

// hangFullNode hangs a full node and lets it go on.
func (c *chaos) hangFullNode(d time.Duration) (string, error) { return c.silenceFullNode(hang, d) }

// killFullNode kills a full node and starts it again.
func (c *chaos) killFullNode(d time.Duration) (string, error) { return c.silenceFullNode(death, d) }

// silenceFullNode silences the full node through which a requester runs a task. The requester has to leave it for another of its nodes and
// get the answer meanwhile. Then the full node goes on, and has to reach the chain's state by itself.
func (c *chaos) silenceFullNode(by silence, d time.Duration) (string, error) {
	c.startFull()
	conn, err := client.Dial(c.ctx, append([]string{c.full.grpc()}, c.Info.GRPC...), c.Info.ChainID)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if conn.Endpoint() != c.full.grpc() {
		return "", fmt.Errorf("the requester uses %s, expected the full node", conn.Endpoint())
	}
	if err := by.begin(c.full.program); err != nil {
		return "", err
	}
	begun := time.Now()
	runner := client.Runner{Conn: conn, Stores: []string{c.Info.Store}, Requester: c.key("requester"), Provider: c.key("provider")}
	report, err := runner.Run(c.ctx, client.Job{App: c.app, Trust: chaosTrust, MinReplicas: 3, Bag: 1, Out: filepath.Join(c.t.TempDir(), "out")}, nil)
	if err != nil {
		return "", err
	}
	took := time.Since(begun)
	if len(report.Tasks) != 1 || report.Tasks[0].Ending != "ACCEPTED" {
		return "", fmt.Errorf("the requester's task has not ended well: %v", report.Tasks)
	}
	if conn.Endpoint() == c.full.grpc() {
		return "", fmt.Errorf("the requester has not left the full node that is silent")
	}
	c.pause(d - took)
	if err := by.end(c.full.program); err != nil {
		return "", err
	}
	return fmt.Sprintf("a full node; its requester had an answer through another after %s", took.Round(100*time.Millisecond)), c.compareFull()
}

// compareFull waits until the full node has the chain's height, and compares its state with that of a validator.
func (c *chaos) compareFull() error {
	c.t.Helper()
	height := c.height()
	c.until("the full node goes on", func() bool { return heightOf(c.full.Node) > height })
	conn, err := client.Dial(c.ctx, []string{c.full.grpc()}, c.Info.ChainID)
	if err != nil {
		return err
	}
	defer conn.Close()
	if got, want := appHash(c.network, conn, height), c.hashOf(0, height); string(got) != string(want) {
		return fmt.Errorf("app hash of the full node at %d: %X, expected %X", height, got, want)
	}
	return nil
}
