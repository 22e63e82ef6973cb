package receipt

import (
	"context"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtversion "github.com/cometbft/cometbft/proto/tendermint/version"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/cometbft/cometbft/version"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/credence-chain/credence/internal/compact"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/result"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

const testChain = "receipts-1"

// chain is a chain for these tests. Its stores, proofs, headers and signatures are real; its state is written by hand.
type chain struct {
	t    *testing.T
	id   string
	sets [][]ed25519.PrivKey // by height, from 1

	stores  *rootmulti.Store
	hashes  map[int64][]byte // app hash after a height
	blocks  map[int64]*cmttypes.Header
	commits map[int64]*cmttypes.Commit // for a height
	powers  []int64
	silent  map[int]cmttypes.BlockIDFlag // by index in the set: the vote of a validator that does not sign the block
	// evidence holds the evidence of each reveal in the block that accepted the answer.
	evidence [][]byte
	// noEvidence is the error that Evidence returns.
	noEvidence error
}

var testStores = []string{"bank", tasksStore, dealsStore, marketStore, feedsStore, verifiersStore, enclavesStore}

func testKeys(first, n int) (keys []ed25519.PrivKey) {
	for i := range n {
		keys = append(keys, ed25519.GenPrivKeyFromSecret([]byte(fmt.Sprint("validator ", first+i))))
	}
	return keys
}

// newChain makes a chain whose state at a height holds the records. sets maps a height to the validators from that height on.
func newChain(t *testing.T, id string, height int64, sets map[int64][]ed25519.PrivKey, powers []int64, records map[string]map[string][]byte) *chain {
	c := &chain{
		t: t, id: id, powers: powers, hashes: map[int64][]byte{}, blocks: map[int64]*cmttypes.Header{}, commits: map[int64]*cmttypes.Commit{},
		silent: map[int]cmttypes.BlockIDFlag{},
	}
	keys := map[string]*storetypes.KVStoreKey{}
	c.stores = rootmulti.NewStore(dbm.NewMemDB(), log.NewNopLogger())
	for _, name := range testStores {
		keys[name] = storetypes.NewKVStoreKey(name)
		c.stores.MountStoreWithDB(keys[name], storetypes.StoreTypeIAVL, nil)
	}
	require.NoError(t, c.stores.LoadLatestVersion())
	current := sets[1]
	for h := int64(1); h <= height+2; h++ {
		if set := sets[h]; set != nil {
			current = set
		}
		c.sets = append(c.sets, current)
	}
	for h := int64(1); h <= height; h++ {
		for _, name := range testStores {
			store := c.stores.GetKVStore(keys[name])
			for i := range 3 { // neighbours of the records, so that the trees have depth
				store.Set([]byte(fmt.Sprint("noise ", h, i)), []byte("x"))
			}
			if h == 2 {
				for key, value := range records[name] {
					store.Set([]byte(key), value)
				}
			}
		}
		c.hashes[h] = c.stores.Commit().Hash
	}
	c.sign(height + 1)
	return c
}

// set returns the validators of a height and their keys, in the set's order.
func (c *chain) set(height int64) (*cmttypes.ValidatorSet, []ed25519.PrivKey) {
	var vals []*cmttypes.Validator
	byAddress := map[string]ed25519.PrivKey{}
	for i, key := range c.sets[height-1] {
		power := int64(10)
		if i < len(c.powers) {
			power = c.powers[i]
		}
		v := cmttypes.NewValidator(key.PubKey(), power)
		vals, byAddress[v.Address.String()] = append(vals, v), key
	}
	set := cmttypes.NewValidatorSet(vals)
	var keys []ed25519.PrivKey
	for _, v := range set.Validators {
		keys = append(keys, byAddress[v.Address.String()])
	}
	return set, keys
}

// sign makes the headers up to a height, and the signatures under each.
func (c *chain) sign(height int64) {
	for h := int64(1); h <= height; h++ {
		set, keys := c.set(h)
		next, _ := c.set(h + 1)
		header := &cmttypes.Header{
			Version: cmtversion.Consensus{Block: version.BlockProtocol}, ChainID: c.id, Height: h, Time: time.Unix(1_800_000_000+h, 5).UTC(),
			ValidatorsHash: set.Hash(), NextValidatorsHash: next.Hash(), ConsensusHash: sum("consensus"), AppHash: c.hashes[h-1],
			ProposerAddress: set.Validators[0].Address,
		}
		c.blocks[h] = header
		c.commits[h] = signHeader(c.t, header, set, keys, c.silent)
	}
}

func sum(text string) []byte { s := sha256.Sum256([]byte(text)); return s[:] }

// signHeader returns the commit of a header. The silent validators do not sign the header: each is absent, or votes for no block.
func signHeader(t *testing.T, header *cmttypes.Header, set *cmttypes.ValidatorSet, keys []ed25519.PrivKey, silent map[int]cmttypes.BlockIDFlag) *cmttypes.Commit {
	commit := &cmttypes.Commit{
		Height: header.Height, Round: 1,
		BlockID: cmttypes.BlockID{Hash: header.Hash(), PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: sum("parts")}},
	}
	for i, v := range set.Validators {
		flag := cmttypes.BlockIDFlagCommit
		if silent[i] == cmttypes.BlockIDFlagAbsent {
			commit.Signatures = append(commit.Signatures, cmttypes.NewCommitSigAbsent())
			continue
		} else if silent[i] != 0 {
			flag = silent[i]
		}
		commit.Signatures = append(commit.Signatures, cmttypes.CommitSig{
			BlockIDFlag: flag, ValidatorAddress: v.Address, Timestamp: header.Time.Add(time.Second), Signature: []byte("to be made"),
		})
	}
	for i := range commit.Signatures {
		if commit.Signatures[i].BlockIDFlag != cmttypes.BlockIDFlagAbsent {
			signature, err := keys[i].Sign(commit.VoteSignBytes(header.ChainID, int32(i)))
			require.NoError(t, err)
			commit.Signatures[i].Signature = signature
		}
	}
	return commit
}

// Block implements Source.
func (c *chain) Block(_ context.Context, height int64) (*cmttypes.Header, *cmttypes.Commit, error) {
	header := c.blocks[height]
	if header == nil && c.commits[height-1] == nil {
		return nil, nil, fmt.Errorf("no block %d", height)
	}
	return header, c.commits[height-1], nil
}

// Validators implements Source.
func (c *chain) Validators(_ context.Context, height int64) ([]*cmttypes.Validator, error) {
	set, _ := c.set(height)
	return set.Validators, nil
}

// Record implements Source.
func (c *chain) Record(_ context.Context, store string, key []byte, height int64) (r Record, err error) {
	res, err := c.stores.Query(&storetypes.RequestQuery{Path: "/" + store + "/key", Data: key, Height: height, Prove: true})
	if err != nil {
		return r, err
	}
	return Record{Value: res.Value, Proof: res.ProofOps.Ops[0].Data, StoreProof: res.ProofOps.Ops[1].Data}, nil
}

// Evidence implements Source.
func (c *chain) Evidence(_ context.Context, height int64, task [32]byte) ([][]byte, error) {
	if height != 40 || task != [32]byte(sum("task")) {
		return nil, fmt.Errorf("block %d is not that of the answer", height)
	}
	return c.evidence, c.noEvidence
}

// trust returns the trust in the validators of a height.
func (c *chain) trust(height int64) Trust {
	return Trust{Hash: [32]byte(c.blocks[height].ValidatorsHash)}
}

var (
	testCodec     = codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	testAddresses = address.NewBech32Codec(addressPrefix)
)

func idOf(text string) string { return ids.Format(sha256.Sum256([]byte(text))) }

func digestOf(text string) string { return digestText(sha256.Sum256([]byte(text))) }

func addressOf(text string) string {
	out, err := testAddresses.BytesToString(sum(text)[:20])
	if err != nil {
		panic(err)
	}
	return out
}

// testManifest returns the manifest of the accepted answer.
func testManifest() result.Manifest {
	m, err := result.Manifest{Kind: result.KindResult, ExitCode: 3, Stderr: "it took long\n"}.With(testFiles())
	if err != nil {
		panic(err)
	}
	return m
}

// story is the state of one task, as the modules write it.
type story struct {
	task    taskstypes.Task
	deal    dealstypes.Deal
	request markettypes.Request
}

// newStory returns a task with an answer that two workers gave. Nobody challenged the answer in its window.
func newStory() story {
	digest := digestText(testManifest().Digest())
	answer := &taskstypes.Outcome{Kind: taskstypes.KIND_RESULT, Digest: digest, Fuel: 77}
	other := &taskstypes.Outcome{Kind: taskstypes.KIND_RESULT, Digest: digestOf("other"), Fuel: 78}
	s := story{
		task: taskstypes.Task{
			Id: idOf("task"), Deal: idOf("deal"), Index: 4, Attempt: 1, Phase: taskstypes.PHASE_DONE, Ending: taskstypes.ENDING_ACCEPTED,
			Seats: []taskstypes.Seat{
				{Who: addressOf("birch"), Organisation: "birch", Wave: 1, State: taskstypes.SEAT_STATE_REVEALED, Outcome: answer, Commitment: sum("c")},
				{Who: addressOf("ash"), Organisation: "ash", Wave: 2, State: taskstypes.SEAT_STATE_REVEALED, Outcome: other, Commitment: sum("c")},
				{Who: addressOf("amber"), Organisation: "amber", Wave: 2, State: taskstypes.SEAT_STATE_REVEALED, Outcome: answer, Commitment: sum("c")},
				{Who: addressOf("oak"), Organisation: "oak", Wave: 2, State: taskstypes.SEAT_STATE_SILENT},
			},
			Plan: &taskstypes.Plan{
				Replicas: 2, Lottery: 3, X: poco.FracUp(1, 8).Bytes(), Charge: poco.FracUp(1, 7).Bytes(), Faction: 2, Eligible: 9, Bound: "debt", Text: "words",
			},
			Verdict: answer, Opened: 5, Done: 40, Audit: &taskstypes.Audit{End: 60, Answer: *answer, Result: taskstypes.AUDIT_RESULT_UNOPPOSED},
		},
		deal: dealstypes.Deal{
			Id: idOf("deal"), Request: idOf("request"), Pool: "commons", Requester: addressOf("alice"), RequesterOrganisation: "acme",
			App: "tools/wordcount", AppVersion: "1.2", Digest: digestOf("module"), Runtime: "wasm", Size_: 9, First: 1, Bag: 12, Time: 1_799_999_999, Height: 4,
			Terms:    dealstypes.Terms{Policy: "credence", Trust: 10_000, Value: 5_000_000, FuelLimit: 1000, AuditBlocks: 20, Price: 9},
			Datasets: []dealstypes.PinnedDataset{{Dataset: "lib/books", Version: "7", Digest: digestOf("books"), Owner: addressOf("lib")}}, DatasetsPerTask: 1,
			OutputPath: "declared", OkExit: []uint32{0, 3},
		},
		request: markettypes.Request{
			Id: idOf("request"), Requester: addressOf("alice"), Organisation: "acme", Nonce: 6,
			Job: markettypes.Job{
				App: "tools/wordcount:1.2", Args: []string{"-n", "two words"}, Trust: 9_999,
				Inputs: []*dealstypes.Input{
					{Name: "data.csv", Digest: digestOf("data"), Size_: 4, Locators: []string{"http://store"}}, {Name: "tree", Digest: digestOf("tree"), Tree: true},
				},
				Execution: &dealstypes.Execution{Stdout: "out.txt", Stdin: "data.csv", Env: []string{"A=1"}, Clock: 12, Seed: "s", Writable: true, Workdir: "in", Rows: "rows", Recipient: "age1r"},
			},
		},
	}
	return s
}

// records returns the records of the story by store and key, encoded as the modules do.
func (s story) records(t *testing.T) map[string]map[string][]byte {
	return map[string]map[string][]byte{
		tasksStore:  {string(keyOf(t, taskstypes.TasksPrefix.Bytes(), s.task.Id)): stored(t, s.task)},
		dealsStore:  {string(keyOf(t, dealstypes.DealsPrefix.Bytes(), s.deal.Id)): stored(t, s.deal)},
		marketStore: {string(keyOf(t, markettypes.RequestsPrefix.Bytes(), s.request.Id)): stored(t, s.request)},
	}
}

func keyOf(t *testing.T, prefix []byte, id string) []byte {
	raw, err := ids.Parse(id)
	require.NoError(t, err)
	return append(append([]byte{}, prefix...), raw[:]...)
}

func stored[T any, PT interface {
	*T
	codec.ProtoMarshaler
}](t *testing.T, record T) []byte {
	value, err := compact.Value[T, PT](testCodec, testAddresses).Encode(record)
	require.NoError(t, err)
	return value
}

// four returns the set of four validators of equal power that most tests have.
func four() map[int64][]ed25519.PrivKey { return map[int64][]ed25519.PrivKey{1: testKeys(0, 4)} }

// testHeight is the height of the state that the receipts of these tests prove.
const testHeight = 5

// chainOf returns a chain of four validators whose state holds the story.
func chainOf(t *testing.T, s story) *chain {
	return newChain(t, testChain, testHeight, four(), nil, s.records(t))
}

// make makes the receipt of the story's task.
func (c *chain) make(begin Begin) (*Receipt, error) {
	return Make(context.Background(), c, c.id, idOf("task"), testHeight, begin, testManifest().Bytes())
}

// mustMake makes the receipt too, and fails the test on an error.
func (c *chain) mustMake() *Receipt {
	c.t.Helper()
	r, err := c.make(Begin{})
	require.NoError(c.t, err)
	return r
}

// replaceRecords replaces the records and the path of a receipt by those of this chain. A liar who runs a chain can do this.
func (c *chain) replaceRecords(r *Receipt) {
	c.t.Helper()
	ctx := context.Background()
	var err error
	r.TaskRecord, err = c.Record(ctx, tasksStore, recordKey(tasksPrefix, [32]byte(sum("task"))), testHeight)
	require.NoError(c.t, err)
	r.DealRecord, err = c.Record(ctx, dealsStore, recordKey(dealsPrefix, [32]byte(sum("deal"))), testHeight)
	require.NoError(c.t, err)
	r.RequestRecord, err = c.Record(ctx, marketStore, recordKey(requestsPrefix, [32]byte(sum("request"))), testHeight)
	require.NoError(c.t, err)
	r.Path, err = makePath(ctx, c, Begin{}, testHeight+1)
	require.NoError(c.t, err)
}
