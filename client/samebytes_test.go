package client

import (
	"sync"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/stretchr/testify/require"

	appstypes "github.com/credence-chain/credence/x/apps/types"
)

// publishOnce makes the chain refuse a version that exists already, as x/apps does.
func publishOnce(m *fakeMarket) {
	m.refuseTx = func(msgs []sdk.Msg) error {
		for _, msg := range msgs {
			switch msg := msg.(type) {
			case *appstypes.MsgPublish:
				for _, a := range m.apps {
					if a.Name == msg.Name && a.Version == msg.Version {
						return appstypes.ErrVersionExists
					}
				}
			case *appstypes.MsgPublishDataset:
				for _, d := range m.datasets {
					if d.Name == msg.Name && d.Version == msg.Version {
						return appstypes.ErrVersionExists
					}
				}
			}
		}
		return nil
	}
}

// Two clients publish the same new program at the same time, and both find that the chain does not know it. Both succeed.
func TestTwoPublishersOfTheSameBytes(t *testing.T) {
	for _, what := range []string{"app", "dataset"} {
		t.Run(what, func(t *testing.T) {
			m := newFakeMarket(t)
			publishOnce(m)
			var asked sync.WaitGroup
			asked.Add(2)
			var first sync.Mutex
			waits := 2
			m.askedVersion = func() { // the first question of each client waits for that of the other
				first.Lock()
				wait := waits > 0
				waits--
				first.Unlock()
				if wait {
					asked.Done()
					asked.Wait()
				}
			}
			r, _, _ := m.runner()
			file := write(t, "app.wasm", emptyApp)
			type end struct {
				reference string
				err       error
				told      []EventKind
			}
			ends := make(chan end, 2)
			for range 2 {
				go func() {
					var e end
					tell := func(event Event) { e.told = append(e.told, event.Kind) }
					if what == "app" {
						e.reference, e.err = r.PublishApp(within(t), AppFile{Path: file}, tell)
					} else {
						e.reference, e.err = r.PublishDataset(within(t), DatasetFile{Path: file}, tell)
					}
					ends <- e
				}()
			}
			a, b := <-ends, <-ends
			require.NoError(t, a.err)
			require.NoError(t, b.err)
			require.Equal(t, a.reference, b.reference)
			require.Len(t, m.sent, 2, "both sent it: otherwise this tests nothing")
			require.ElementsMatch(t, []EventKind{EventPublished, EventKnown}, []EventKind{a.told[len(a.told)-1], b.told[len(b.told)-1]})
		})
	}
}

// Publishing other bytes under a taken name is an error that says so.
func TestOtherBytesUnderTheName(t *testing.T) {
	m := newFakeMarket(t)
	publishOnce(m)
	r, _, tell := m.runner()
	_, err := r.PublishApp(within(t), AppFile{Path: write(t, "app.wasm", emptyApp), Version: "1.0"}, tell)
	require.NoError(t, err)
	_, err = r.PublishApp(within(t), AppFile{Path: write(t, "app.wasm", emptyApp+"\x00\x01\x00"), Version: "1.0"}, tell)
	var problem *Error
	require.ErrorAs(t, err, &problem)
	require.Contains(t, problem.What, "version 1.0 of app is published already, with other bytes than sha256:")
	require.Equal(t, CodeExists, problem.Code)
	_, err = r.PublishDataset(within(t), DatasetFile{Path: write(t, "a.csv", "1"), Name: "data", Version: "1"}, tell)
	require.NoError(t, err)
	_, err = r.PublishDataset(within(t), DatasetFile{Path: write(t, "a.csv", "2"), Name: "data", Version: "1"}, tell)
	require.ErrorContains(t, err, "with other bytes")
}
