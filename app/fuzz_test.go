package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"testing"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// messageSeeds is the number of messages of each type with which the fuzzer begins, beside those that honest accounts sent.
const messageSeeds = 2

// pickNamed returns the one of these names that is meant: the name itself, so that an input stays one for the same type when others are
// added, and some one for any other text, which the fuzzer makes.
func pickNamed(name string, names []string) string {
	if slices.Contains(names, name) {
		return name
	}
	return names[crc32.ChecksumIEEE([]byte(name))%uint32(len(names))]
}

// FuzzMessages: no bytes of any message of the interface registry make the codec, the check of its fields or its handler panic. The name
// chooses the type. An executed message is written again and must decode to the same message. gogoproto writes a negative number of an
// enumeration in a list in a form that cannot be decoded, so no handler may accept it.
func FuzzMessages(f *testing.F) {
	c := hostileChain(f, nil)
	m := newMenace(c, 1)
	var urls []string
	for _, d := range m.messages {
		url := "/" + string(d.FullName())
		urls = append(urls, url)
		for range messageSeeds {
			f.Add(url, m.makeMessage(d, c.Seats[0].Operator.String(), 0))
		}
	}
	for _, msg := range m.valid {
		f.Add(msg.TypeUrl, msg.Value)
	}
	cdc, registry, state := c.App.Encoding.Codec, c.App.Encoding.InterfaceRegistry, c.Ctx()
	f.Fuzz(func(t *testing.T, name string, value []byte) {
		url := pickNamed(name, urls)
		msg, err := registry.Resolve(url)
		if err != nil {
			t.Fatal(err)
		}
		if cdc.Unmarshal(value, msg) != nil {
			return
		}
		_, _ = cdc.MarshalJSON(msg)
		_, _, _ = c.App.Encoding.Codec.GetMsgV1Signers(msg)
		if checked, has := msg.(sdk.HasValidateBasic); has && checked.ValidateBasic() != nil {
			return
		}
		handler := c.App.MsgServiceRouter().Handler(msg)
		if handler == nil {
			return
		}
		branch, _ := state.CacheContext()
		if _, err := handler(branch, msg); err != nil {
			return
		}
		written, err := cdc.Marshal(msg)
		if err != nil {
			t.Fatalf("%s was executed and is not written again: %v", url, err)
		}
		again, _ := registry.Resolve(url)
		if err := cdc.Unmarshal(written, again); err != nil {
			t.Fatalf("%s was executed, and is not read after it was written: %v", url, err)
		}
		if second, err := cdc.Marshal(again); err != nil || !bytes.Equal(written, second) {
			t.Fatalf("%s was executed; written twice, it is not the same: %v", url, err)
		}
	})
}

// FuzzTransactions: no bytes make the mempool's check or the vote on their block panic, not even where the SDK recovers.
func FuzzTransactions(f *testing.F) {
	c := hostileChain(f, nil)
	m := newMenace(c, 2)
	for _, block := range c.Blocks {
		for _, tx := range block.Txs[1:] {
			f.Add(tx)
		}
	}
	for i := range 40 {
		_, tx := m.makeTransaction(m.actors[i%len(m.actors)])
		f.Add(tx)
	}
	proof := c.Propose()[0]
	f.Fuzz(func(t *testing.T, tx []byte) {
		c.T = t
		if res := c.Check(tx); panicked(res.Codespace, res.Code) {
			t.Fatalf("the check panicked: %s", res.Log)
		}
		c.Judge(proof, tx)
	})
}

// FuzzProposals: a block whose first transaction is not the beacon's proof gets no vote, and nothing panics.
func FuzzProposals(f *testing.F) {
	c := hostileChain(f, nil)
	proof := c.Propose()[0]
	f.Add(proof)
	f.Add([]byte{})
	f.Add(proof[:len(proof)-1])
	f.Add(append(bytes.Clone(proof), 0))
	for _, block := range c.Blocks[:2] {
		f.Add(block.Txs[0])
	}
	f.Fuzz(func(t *testing.T, first []byte) {
		c.T = t
		if c.Judge(first) != bytes.Equal(first, proof) {
			t.Fatalf("the vote on %x is wrong; the proof is %x", first, proof)
		}
	})
}

// FuzzGenesis: no part of a genesis file makes its check panic. The name chooses the module.
func FuzzGenesis(f *testing.F) {
	c := hostileChain(f, nil)
	var state map[string]json.RawMessage
	if err := json.Unmarshal(c.Export().AppState, &state); err != nil {
		f.Fatal(err)
	}
	modules := slices.Sorted(maps.Keys(c.App.BasicManager))
	for _, name := range modules {
		f.Add(name, []byte(state[name]))
	}
	for name := range state {
		if c.App.BasicManager[name] == nil {
			f.Fatal(fmt.Errorf("the exported state has %s, which is no module", name))
		}
	}
	type checked interface {
		ValidateGenesis(cdc codec.JSONCodec, config client.TxEncodingConfig, part json.RawMessage) error
	}
	f.Fuzz(func(_ *testing.T, name string, part []byte) {
		name = pickNamed(name, modules)
		if basic, has := c.App.BasicManager[name].(checked); has {
			_ = basic.ValidateGenesis(c.App.Encoding.Codec, c.App.Encoding.TxConfig, part)
		}
	})
}
