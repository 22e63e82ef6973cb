package app_test

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"math"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/anypb"

	basev1beta1 "cosmossdk.io/api/cosmos/base/v1beta1"
	msgv1 "cosmossdk.io/api/cosmos/msg/v1"
	txsigningv1beta1 "cosmossdk.io/api/cosmos/tx/signing/v1beta1"
	txv1beta1 "cosmossdk.io/api/cosmos/tx/v1beta1"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/log/v2"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/x/authz"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	govv1beta1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1beta1"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/testutil"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

var (
	hostileCount = flag.Int("hostile.count", 1_500, "hostile transactions")
	hostileSeed  = flag.Int64("hostile.seed", 1, "seed of the hostile transactions")
	hostileTable = flag.Bool("hostile.table", false, "print how many of each message ended in which code")
)

// TestHostileTransactions sends malformed and hostile transactions to the mempool and to the blocks of two instances. It sends every
// message with random and boundary fields, within authz and proposals and in faulty envelopes, and it sends bytes that are no transaction.
// Nothing panics, not even where the SDK recovers. Both instances have the same app hash after each block, and in the end all books add up.
func TestHostileTransactions(t *testing.T) {
	var first, second bytes.Buffer
	a, b := hostileChain(t, &first), hostileChain(t, &second)
	require.Equal(t, a.AppHash(), b.AppHash())
	m := newMenace(a, *hostileSeed)
	tally, panics, done := map[string]map[string]int{}, map[string]string{}, 0
	note := func(when, kind string, tx []byte) {
		if key := when + " of " + kind; panics[key] == "" {
			panics[key] = fmt.Sprintf("%x\n%s", tx, &first)
		}
	}
	for done < *hostileCount {
		var kinds []string
		for i := range m.actors {
			kind, tx := m.makeTransaction(m.actors[i])
			first.Reset()
			ours, theirs := a.Check(tx), b.Check(tx)
			if panicked(ours.Codespace, ours.Code) {
				note("check", kind, tx)
			}
			require.Equal(t, ours.Code, theirs.Code, "check of %s, seed %d: %x", kind, *hostileSeed, tx)
			a.QueueTx(tx)
			b.QueueTx(tx)
			kinds = append(kinds, kind)
		}
		first.Reset()
		a.Next()
		for i, res := range a.Results() {
			if panicked(res.Codespace, res.Code) {
				note("execution", kinds[i], a.Blocks[len(a.Blocks)-1].Txs[1+i])
			}
			count(tally, kinds[i], res.Codespace, res.Code)
		}
		for _, e := range a.LastBlock.Events {
			require.NotEqual(t, isolate.EventType, e.Type, "an item of a block failed: %s", &first)
		}
		b.Next()
		require.Equal(t, a.AppHash(), b.AppHash(), "app hashes of height %d, seed %d", a.Height(), *hostileSeed)
		done += len(kinds)
	}
	for _, key := range slices.Sorted(maps.Keys(panics)) {
		t.Errorf("a panic in %s, seed %d: %s", key, *hostileSeed, panics[key])
	}
	a.NextN(12) // the proposals end
	b.NextN(12)
	require.Equal(t, a.AppHash(), b.AppHash())
	a.CheckBooks()
	passed := 0
	for _, codes := range tally {
		passed += codes["ok"]
	}
	t.Logf("%d transactions of %d kinds in %d blocks, %d of them valid, seed %d", done, len(tally), a.Height(), passed, *hostileSeed)
	require.Greater(t, passed, done/200, "some are valid, and change state")
	if *hostileTable {
		t.Log("\n" + table(tally))
	}
}

// TestHostileCouncil executes every message of the authority with random and boundary fields, as if a vote had passed it. None panics.
func TestHostileCouncil(t *testing.T) {
	c := hostileChain(t, nil)
	m := newMenace(c, *hostileSeed)
	tried := 0
	for _, d := range m.messages {
		role, err := c.App.Guard.RoleOf(d.FullName())
		if err != nil || role != orgstypes.ROLE_AUTHORITY {
			continue
		}
		for range max(20, *hostileCount/50) {
			raw := m.makeMessage(d, app.Authority(), 0)
			msg, err := c.App.Encoding.InterfaceRegistry.Resolve("/" + string(d.FullName()))
			require.NoError(t, err)
			if c.App.Encoding.Codec.Unmarshal(raw, msg) != nil {
				continue
			}
			tried++
			if !assert.NotPanics(t, func() { _, _ = c.App.MsgServiceRouter().Handler(msg)(c.Ctx(), msg) }, "%s, seed %d: %x", d.FullName(), *hostileSeed, raw) {
				break
			}
		}
	}
	require.Greater(t, tried, 50)
}

// TestLegacyProposalsAreRefused: the SDK's first kind of proposal panics when it has no content. The chain refuses these proposals before
// their handlers run.
func TestLegacyProposalsAreRefused(t *testing.T) {
	c := testutil.New(t)
	for _, name := range []string{"MsgSubmitProposal", "MsgVote", "MsgVoteWeighted", "MsgDeposit"} {
		require.Nil(t, c.App.MsgServiceRouter().HandlerByTypeURL("/cosmos.gov.v1beta1."+name))
	}
	operator := c.Seats[0].Operator
	c.Refuse(operator, sdkerrors.ErrUnknownRequest, &govv1beta1.MsgSubmitProposal{Proposer: operator.String()})

	some, err := codectypes.NewAnyWithValue(&feegrant.AllowedMsgAllowance{AllowedMessages: []string{"/cosmos.bank.v1beta1.MsgSend"}})
	require.NoError(t, err)
	for _, none := range []*codectypes.Any{nil, some} { // likewise
		c.Refuse(operator, sdkerrors.ErrInvalidRequest, &feegrant.MsgGrantAllowance{Granter: operator.String(), Grantee: c.Seats[0].Court.String(), Allowance: none})
	}
	msg := &govv1.MsgExecLegacyContent{Authority: app.Authority()}
	_, err = c.App.MsgServiceRouter().Handler(msg)(c.Ctx(), msg)
	require.ErrorIs(t, err, sdkerrors.ErrInvalidRequest)
}

func panicked(space string, code uint32) bool {
	return space == errorsmod.UndefinedCodespace && code == errorsmod.ErrPanic.ABCICode()
}

func count(tally map[string]map[string]int, kind, space string, code uint32) {
	if tally[kind] == nil {
		tally[kind] = map[string]int{}
	}
	result := "ok"
	if code != 0 {
		result = fmt.Sprintf("%s %d", space, code)
	}
	tally[kind][result]++
}

// table returns a row for each kind: the number of transactions, and how many of them ended in each code.
func table(tally map[string]map[string]int) string {
	var out strings.Builder
	for _, kind := range slices.Sorted(maps.Keys(tally)) {
		total, codes := 0, []string(nil)
		for _, code := range slices.Sorted(maps.Keys(tally[kind])) {
			total += tally[kind][code]
			codes = append(codes, fmt.Sprintf("%s: %d", code, tally[kind][code]))
		}
		fmt.Fprintf(&out, "| `%s` | %d | %s |\n", kind, total, strings.Join(codes, ", "))
	}
	return out.String()
}

// hostileChain returns a market with tasks in several phases, an order and a proposal, so that hostile messages can name them.
func hostileChain(t testing.TB, to *bytes.Buffer) *testutil.Compute {
	var options []testutil.Option
	if to != nil {
		options = append(options, testutil.WithLogger(log.NewLogger(to, log.ColorOption(false), log.LevelOption(3))))
	}
	c := testutil.NewCompute(t, testutil.ComputeOptions{Spares: 2}, options...)
	ended := c.Submit(c.Job())
	c.Run(testutil.Honest, ended...)
	open := c.Submit(c.Job())
	c.QueueWork(open[0], testutil.Honest)
	c.Next()
	dear := c.Job()
	dear.MaxPrice = 1 // the order rests on the book
	c.QueueSubmit(dear)
	c.Next()
	return c
}

// menace makes transactions that no honest party would send.
type menace struct {
	*testutil.Compute
	rand     *rand.Rand
	messages []protoreflect.MessageDescriptor // of the interface registry
	actors   []*testutil.Account
	texts    []string                // values for text fields: ids, addresses and names of the state, and text that is none of these
	valid    []*anypb.Any            // messages that the makers of the market sent
	own      map[string][]*anypb.Any // the same messages by their senders
}

func newMenace(c *testutil.Compute, seed int64) *menace {
	m := &menace{Compute: c, rand: rand.New(rand.NewSource(seed)), own: map[string][]*anypb.Any{}}
	registry := c.App.Encoding.InterfaceRegistry
	urls := registry.ListImplementations(sdk.MsgInterfaceProtoName)
	slices.Sort(urls)
	for _, url := range urls {
		d, err := registry.FindDescriptorByName(protoreflect.FullName(strings.TrimPrefix(url, "/")))
		require.NoError(c.T, err)
		m.messages = append(m.messages, d.(protoreflect.MessageDescriptor))
	}
	require.Greater(c.T, len(m.messages), 60)
	for _, s := range c.Seats {
		m.actors = append(m.actors, s.Operator)
	}
	for _, org := range []string{testutil.Requester, testutil.Provider, testutil.Operator, testutil.Lab(1), testutil.Lab(2)} {
		m.actors = append(m.actors, c.Org(org).Member(), c.Org(org).Admin)
	}
	m.actors = append(m.actors, c.Account("stranger"), c.WorkerKey(testutil.Lab(1)), c.WorkerKey(testutil.Lab(3)), c.Spare(testutil.Lab(1)))
	m.actors = slices.DeleteFunc(m.actors, func(a *testutil.Account) bool { return app.AccountKeeper(c.App).GetAccount(c.Ctx(), a.Addr) == nil })
	m.texts = []string{
		"", " ", "0", "1", "-1", "00", "1.5", "-0.000000000000000001", "1e400", "NaN", strings.Repeat("9", 80), "18446744073709551616",
		"\x00", "a\x00b", "../../etc", "https://[::1", "sha256:", "sha256:" + strings.Repeat("0", 64), strings.Repeat("f", 64), strings.Repeat("F", 64),
		strings.Repeat("a", 300), strings.Repeat("\u2028", 40), "ucred", "stake", "ibc/" + strings.Repeat("A", 64), "cred1", "cosmos1qqqq",
		testutil.Pool, testutil.AppRef, "paint", "1.0", testutil.Requester, testutil.Lab(1), testutil.SeatOrg(1), "wasm", "credence", "{}", "[", `{"title":"t"}`,
		app.Authority(), c.LastRequest(),
	}
	for _, a := range m.actors {
		m.texts = append(m.texts, a.String())
	}
	for _, id := range c.OpenTasks() {
		m.texts = append(m.texts, id, c.Task(id).Deal)
	}
	for _, block := range c.Blocks {
		for _, raw := range block.Txs[1:] {
			var tx txv1beta1.TxRaw
			var body txv1beta1.TxBody
			require.NoError(c.T, proto.Unmarshal(raw, &tx))
			require.NoError(c.T, proto.Unmarshal(tx.BodyBytes, &body))
			for _, msg := range body.Messages {
				m.valid = append(m.valid, msg)
				m.own[m.senderOf(msg)] = append(m.own[m.senderOf(msg)], msg)
			}
		}
	}
	require.NotEmpty(c.T, m.valid)
	return m
}

// below returns a number from 0 to n-1.
func (m *menace) below(n int) int { return m.rand.Intn(n) }

func pickOne[T any](m *menace, of ...T) T { return of[m.below(len(of))] }

// makeTransaction makes one transaction of an account and returns its kind too.
func (m *menace) makeTransaction(from *testutil.Account) (kind string, tx []byte) {
	var msg *anypb.Any
	if own := m.own[from.String()]; m.below(3) == 0 && len(own) > 0 {
		msg = m.mutate(pickOne(m, own...), from)
	} else if m.below(5) == 0 {
		msg = m.mutate(pickOne(m, m.valid...), from)
	} else {
		d := pickOne(m, m.messages...)
		msg = &anypb.Any{TypeUrl: "/" + string(d.FullName()), Value: m.makeMessage(d, from.String(), 0)}
	}
	kind = strings.TrimPrefix(msg.TypeUrl, "/")
	switch m.below(8) {
	case 0:
		kind = "authz of " + kind
		for range 1 + m.below(12) {
			value, err := proto.Marshal(m.wrap("cosmos.authz.v1beta1.MsgExec", "grantee", from.String(), "msgs", msg))
			require.NoError(m.T, err)
			msg = &anypb.Any{TypeUrl: sdk.MsgTypeURL(&authz.MsgExec{}), Value: value}
		}
	case 1:
		kind = "proposal of " + kind
		proposal := m.wrap("cosmos.gov.v1.MsgSubmitProposal", "proposer", from.String(), "messages", msg)
		fields := proposal.Descriptor().Fields()
		proposal.Set(fields.ByName("title"), protoreflect.ValueOfString("t"))
		proposal.Set(fields.ByName("summary"), protoreflect.ValueOfString("s"))
		coin := proposal.Mutable(fields.ByName("initial_deposit")).List().AppendMutable().Message()
		coin.Set(coin.Descriptor().Fields().ByName("denom"), protoreflect.ValueOfString(encoding.BaseDenom))
		coin.Set(coin.Descriptor().Fields().ByName("amount"), protoreflect.ValueOfString("10000000"))
		value, err := proto.Marshal(proposal.Interface())
		require.NoError(m.T, err)
		msg = &anypb.Any{TypeUrl: "/cosmos.gov.v1.MsgSubmitProposal", Value: value}
	}
	body := &txv1beta1.TxBody{Messages: []*anypb.Any{msg}}
	auth := &txv1beta1.AuthInfo{Fee: &txv1beta1.Fee{
		Amount: []*basev1beta1.Coin{{Denom: encoding.BaseDenom, Amount: fmt.Sprint(testutil.TxGas/1_000 + 1)}}, GasLimit: testutil.TxGas,
	}}
	chain := testutil.ChainID
	fault := ""
	if m.below(4) == 0 {
		fault = m.spoilEnvelope(body, auth, &chain)
	}
	tx = m.sign(from, body, auth, chain, fault)
	if fault == "" && m.below(12) == 0 {
		fault, tx = m.spoilBytes(tx)
	}
	if fault != "" {
		kind = "envelope: " + fault
	}
	return kind, tx
}

// wrap makes a message of a sender that contains other messages.
func (m *menace) wrap(name, sender, from, list string, inner ...*anypb.Any) *dynamicpb.Message {
	d, err := m.App.Encoding.InterfaceRegistry.FindDescriptorByName(protoreflect.FullName(name))
	require.NoError(m.T, err)
	out := dynamicpb.NewMessage(d.(protoreflect.MessageDescriptor))
	out.Set(out.Descriptor().Fields().ByName(protoreflect.Name(sender)), protoreflect.ValueOfString(from))
	for _, msg := range inner {
		packed := out.Mutable(out.Descriptor().Fields().ByName(protoreflect.Name(list))).List().AppendMutable().Message()
		setAny(packed, msg.TypeUrl, msg.Value)
	}
	return out
}

func setAny(packed protoreflect.Message, url string, value []byte) {
	fields := packed.Descriptor().Fields()
	packed.Set(fields.ByName("type_url"), protoreflect.ValueOfString(url))
	packed.Set(fields.ByName("value"), protoreflect.ValueOfBytes(value))
}

// spoilEnvelope changes the envelope around the messages and returns how.
func (m *menace) spoilEnvelope(body *txv1beta1.TxBody, auth *txv1beta1.AuthInfo, chain *string) string {
	coin := func(denom, amount string) {
		auth.Fee.Amount = append(auth.Fee.Amount, &basev1beta1.Coin{Denom: denom, Amount: amount})
	}
	unknown := &anypb.Any{TypeUrl: pickOne(m, "/cosmos.nobody.v1.Extension", "", "no slash", body.Messages[0].TypeUrl), Value: []byte{1, 2, 3}}
	faults := []struct {
		name  string
		apply func()
	}{
		{"memo of 100 kB", func() { body.Memo = strings.Repeat("m", 100_000) }},
		{"memo of one byte too many", func() { body.Memo = strings.Repeat("m", 257) }},
		{"memo that is no text", func() { body.Memo = "\x00\x01" }},
		{"wrong chain", func() { *chain = pickOne(m, "", "other", testutil.ChainID+" ") }},
		{"extension option", func() { body.ExtensionOptions = append(body.ExtensionOptions, unknown) }},
		{"non-critical extension option", func() { body.NonCriticalExtensionOptions = append(body.NonCriticalExtensionOptions, unknown) }},
		{"no fee section", func() { auth.Fee = nil }},
		{"fee of nothing", func() { auth.Fee.Amount = nil }},
		{"fee that is no amount", func() { auth.Fee.Amount = nil; coin(pickOne(m, m.texts...), pickOne(m, m.texts...)) }},
		{"fee of the same coin twice", func() { coin(encoding.BaseDenom, "1") }},
		{"fee below nothing", func() { auth.Fee.Amount[0].Amount = "-1" }},
		{"fee beyond 256 bits", func() { auth.Fee.Amount[0].Amount = strings.Repeat("9", 90) }},
		{"no gas", func() { auth.Fee.GasLimit = 0 }},
		{"gas beyond 63 bits", func() { auth.Fee.GasLimit = math.MaxUint64 }},
		{"a little gas", func() { auth.Fee.GasLimit = uint64(m.below(60_000)) }},
		{"fee of another payer", func() { auth.Fee.Payer = pickOne(m, m.texts...) }},
		{"fee of a granter", func() { auth.Fee.Granter = pickOne(m, m.texts...) }},
		{"tip", func() { auth.Tip = &txv1beta1.Tip{Tipper: pickOne(m, m.texts...), Amount: auth.Fee.GetAmount()} }}, //nolint:staticcheck // old clients may send it
		{"no messages", func() { body.Messages = nil }},
		{"1,000 messages", func() {
			for range 999 {
				body.Messages = append(body.Messages, &anypb.Any{TypeUrl: "/cosmos.bank.v1beta1.MsgSend"})
			}
		}},
		{"message of no type", func() { body.Messages[0] = unknown }},
		{"message that is none", func() {
			body.Messages[0] = &anypb.Any{TypeUrl: pickOne(m, "/cosmos.crypto.secp256k1.PubKey", "/credence.tasks.v1.Task", "/cosmos.auth.v1beta1.BaseAccount")}
		}},
		{"content that is none", func() { body.Messages[0].Value = m.noise(200) }},
		{"empty content", func() { body.Messages[0].Value = nil }},
		{"no signer", func() { auth.SignerInfos = []*txv1beta1.SignerInfo{} }},
		{"timeout passed", func() { body.TimeoutHeight = 1 }},
		{"unordered without a deadline", func() { body.Unordered = true }},
		{"two signers", func() {}}, {"no signature", func() {}}, {"wrong signature", func() {}}, {"wrong sequence", func() {}},
		{"mode of signing", func() {}}, {"signature of several", func() {}}, {"key that is none", func() {}},
	}
	f := pickOne(m, faults...)
	f.apply()
	return f.name
}

// sign signs a transaction as its account, or as the fault of its envelope demands.
func (m *menace) sign(from *testutil.Account, body *txv1beta1.TxBody, auth *txv1beta1.AuthInfo, chain, fault string) []byte {
	account := app.AccountKeeper(m.App).GetAccount(m.Ctx(), from.Addr)
	key, err := codectypes.NewAnyWithValue(from.Key.PubKey())
	require.NoError(m.T, err)
	single := func(mode txsigningv1beta1.SignMode) *txv1beta1.ModeInfo {
		return &txv1beta1.ModeInfo{Sum: &txv1beta1.ModeInfo_Single_{Single: &txv1beta1.ModeInfo_Single{Mode: mode}}}
	}
	info := &txv1beta1.SignerInfo{
		PublicKey: &anypb.Any{TypeUrl: key.TypeUrl, Value: key.Value}, Sequence: account.GetSequence(),
		ModeInfo: single(txsigningv1beta1.SignMode_SIGN_MODE_DIRECT),
	}
	if auth.SignerInfos == nil {
		auth.SignerInfos = []*txv1beta1.SignerInfo{info}
	}
	switch fault {
	case "two signers":
		auth.SignerInfos = append(auth.SignerInfos, info)
	case "wrong sequence":
		info.Sequence += uint64(1 + m.below(3))
	case "mode of signing":
		info.ModeInfo = pickOne(m, nil, &txv1beta1.ModeInfo{}, single(txsigningv1beta1.SignMode(m.below(300)-100)), single(txsigningv1beta1.SignMode_SIGN_MODE_LEGACY_AMINO_JSON))
	case "signature of several":
		info.ModeInfo = &txv1beta1.ModeInfo{}
		for range m.below(40) {
			multi := &txv1beta1.ModeInfo_Multi{ModeInfos: []*txv1beta1.ModeInfo{info.ModeInfo}}
			info.ModeInfo = &txv1beta1.ModeInfo{Sum: &txv1beta1.ModeInfo_Multi_{Multi: multi}}
		}
		if m.below(2) == 0 {
			info.PublicKey = &anypb.Any{TypeUrl: "/cosmos.crypto.multisig.LegacyAminoPubKey", Value: pickOne(m, nil, []byte{8, 255, 255, 255, 15}, m.noise(80))}
		}
	case "key that is none":
		info.PublicKey = pickOne(m, nil, &anypb.Any{}, &anypb.Any{TypeUrl: key.TypeUrl}, &anypb.Any{TypeUrl: key.TypeUrl, Value: m.noise(60)},
			&anypb.Any{TypeUrl: "/cosmos.crypto.secp256r1.PubKey", Value: m.noise(60)}, &anypb.Any{TypeUrl: "/cosmos.crypto.ed25519.PubKey", Value: m.noise(60)},
			&anypb.Any{TypeUrl: "/cosmos.crypto.secp256r1.PubKey"}, &anypb.Any{TypeUrl: "/cosmos.crypto.multisig.LegacyAminoPubKey"})
	}
	raw := &txv1beta1.TxRaw{}
	raw.BodyBytes, err = proto.Marshal(body)
	require.NoError(m.T, err)
	raw.AuthInfoBytes, err = proto.Marshal(auth)
	require.NoError(m.T, err)
	doc, err := proto.Marshal(&txv1beta1.SignDoc{BodyBytes: raw.BodyBytes, AuthInfoBytes: raw.AuthInfoBytes, ChainId: chain, AccountNumber: account.GetAccountNumber()})
	require.NoError(m.T, err)
	signature, err := from.Key.Sign(doc)
	require.NoError(m.T, err)
	switch fault {
	case "no signature":
	case "wrong signature":
		raw.Signatures = [][]byte{m.noise(65)}
	case "two signers":
		raw.Signatures = [][]byte{signature, signature}
	default:
		raw.Signatures = [][]byte{signature}
	}
	tx, err := proto.Marshal(raw)
	require.NoError(m.T, err)
	return tx
}

// noise returns fewer than n random bytes.
func (m *menace) noise(n int) []byte {
	out := make([]byte, m.below(n))
	m.rand.Read(out)
	return out
}

// spoilBytes changes the bytes of a transaction and returns how.
func (m *menace) spoilBytes(tx []byte) (string, []byte) {
	tx = slices.Clone(tx)
	switch m.below(6) {
	case 0:
		return "truncated bytes", tx[:m.below(len(tx))]
	case 1:
		return "bytes after the end", append(tx, m.noise(40)...)
	case 2:
		for range 1 + m.below(4) {
			tx[m.below(len(tx))] ^= 1 << m.below(8)
		}
		return "turned bits", tx
	case 3:
		return "bytes of no transaction", m.noise(400)
	case 4:
		return "unknown field", protowire.AppendBytes(protowire.AppendTag(tx, protowire.Number(4+m.below(2000)), protowire.BytesType), m.noise(30))
	}
	deep := []byte{}
	for range 200 {
		deep = protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), deep)
	}
	return "nested 200 deep", deep
}

// makeMessage makes the bytes of a message with hostile fields. If the message names a signer, the signer is the account.
func (m *menace) makeMessage(d protoreflect.MessageDescriptor, signer string, depth int) []byte {
	msg := dynamicpb.NewMessage(d)
	m.fill(msg, signer, depth)
	m.setSigners(msg, signer)
	out, err := proto.Marshal(msg)
	require.NoError(m.T, err)
	return out
}

// setSigners names the account as the signer, also in submessages that name one.
func (m *menace) setSigners(msg protoreflect.Message, signer string) {
	for _, name := range proto.GetExtension(msg.Descriptor().Options(), msgv1.E_Signer).([]string) {
		field := msg.Descriptor().Fields().ByName(protoreflect.Name(name))
		switch {
		case field == nil:
		case field.Kind() == protoreflect.StringKind && !field.IsList():
			msg.Set(field, protoreflect.ValueOfString(signer))
		case field.Message() != nil && field.IsList():
			list := msg.Mutable(field).List()
			for i := range list.Len() {
				m.setSigners(list.Get(i).Message(), signer)
			}
		case field.Message() != nil && msg.Has(field):
			m.setSigners(msg.Mutable(field).Message(), signer)
		}
	}
}

// fill gives the fields of a message random and boundary values. It sometimes leaves a message of few fields empty.
func (m *menace) fill(msg protoreflect.Message, signer string, depth int) {
	if msg.Descriptor().FullName() == "google.protobuf.Any" {
		m.fillAny(msg, signer, depth)
		return
	}
	sparse := m.below(3) == 0
	for i := range msg.Descriptor().Fields().Len() {
		field := msg.Descriptor().Fields().Get(i)
		if depth > 8 || sparse && m.below(2) == 0 || m.below(12) == 0 {
			continue
		}
		m.fillField(msg, field, signer, depth)
	}
}

func (m *menace) fillField(msg protoreflect.Message, field protoreflect.FieldDescriptor, signer string, depth int) {
	switch {
	case field.IsMap():
	case field.IsList():
		list := msg.Mutable(field).List()
		for range pickOne(m, 0, 1, 1, 2, 3, 40) {
			if depth > 2 && list.Len() > 1 {
				break
			}
			if field.Message() != nil {
				m.fill(list.AppendMutable().Message(), signer, depth+1)
			} else {
				list.Append(m.scalar(field))
			}
		}
	case field.Message() != nil:
		m.fill(msg.Mutable(field).Message(), signer, depth+1)
	default:
		msg.Set(field, m.scalar(field))
	}
}

// fillAny packs a random message, a key, or bytes that are no message.
func (m *menace) fillAny(packed protoreflect.Message, signer string, depth int) {
	urls := m.App.Encoding.InterfaceRegistry.ListAllInterfaces()
	slices.Sort(urls)
	implementations := m.App.Encoding.InterfaceRegistry.ListImplementations(pickOne(m, urls...))
	slices.Sort(implementations)
	if len(implementations) == 0 || m.below(8) == 0 {
		setAny(packed, pickOne(m, m.texts...), m.noise(60))
		return
	}
	url := pickOne(m, implementations...)
	d, err := m.App.Encoding.InterfaceRegistry.FindDescriptorByName(protoreflect.FullName(strings.TrimPrefix(url, "/")))
	if err != nil || depth > 4 {
		setAny(packed, url, nil)
		return
	}
	setAny(packed, url, m.makeMessage(d.(protoreflect.MessageDescriptor), pickOne(m, signer, app.Authority()), depth+1))
}

// scalar returns a boundary or random value for a field that is no message.
func (m *menace) scalar(field protoreflect.FieldDescriptor) protoreflect.Value {
	switch field.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(m.below(2) == 0)
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(pickOne(m, m.texts...))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(pickOne(m, nil, []byte{0}, make([]byte, 32), make([]byte, 33), make([]byte, 48), make([]byte, 96), m.noise(100), m.noise(4_000)))
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(pickOne(m, 0, 1, 2, 3, 4, -1, 1_000, math.MaxInt32, math.MinInt32)))
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(pickOne(m, 0, 1, -1, math.MinInt32, math.MaxInt32, m.rand.Int31()))
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(pickOne(m, 0, 1, 2, 10_000, 1<<31, math.MaxUint32, m.rand.Uint32()))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(pickOne(m, 0, 1, -1, math.MinInt64, math.MaxInt64, m.rand.Int63()))
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(pickOne(m, 0, 1, 2, 1_000, 1<<40, 1<<63, math.MaxUint64, m.rand.Uint64()))
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(pickOne(m, 0, math.NaN(), math.Inf(1), -1))
	}
	m.T.Fatalf("%s is a %s, which is not generated yet", field.FullName(), field.Kind())
	return protoreflect.Value{}
}

// senderOf returns the account that a message names as its signer. It returns an empty text when only a submessage names one.
func (m *menace) senderOf(msg *anypb.Any) string {
	decoded := m.decode(msg)
	for _, name := range proto.GetExtension(decoded.Descriptor().Options(), msgv1.E_Signer).([]string) {
		if field := decoded.Descriptor().Fields().ByName(protoreflect.Name(name)); field.Kind() == protoreflect.StringKind {
			return decoded.Get(field).String()
		}
	}
	return ""
}

func (m *menace) decode(sent *anypb.Any) *dynamicpb.Message {
	d, err := m.App.Encoding.InterfaceRegistry.FindDescriptorByName(protoreflect.FullName(strings.TrimPrefix(sent.TypeUrl, "/")))
	require.NoError(m.T, err)
	msg := dynamicpb.NewMessage(d.(protoreflect.MessageDescriptor))
	require.NoError(m.T, proto.Unmarshal(sent.Value, msg))
	return msg
}

// mutate changes a few fields of a message that was valid when it was sent, and names the account as the signer.
func (m *menace) mutate(sent *anypb.Any, from *testutil.Account) *anypb.Any {
	msg := m.decode(sent)
	for range m.below(4) {
		m.mutateField(msg, from.String())
	}
	m.setSigners(msg, from.String())
	value, err := proto.Marshal(msg)
	require.NoError(m.T, err)
	return &anypb.Any{TypeUrl: sent.TypeUrl, Value: value}
}

// mutateField changes a field of a message or of a submessage within it.
func (m *menace) mutateField(msg protoreflect.Message, signer string) {
	fields := msg.Descriptor().Fields()
	if fields.Len() == 0 {
		return
	}
	field := fields.Get(m.below(fields.Len()))
	if field.Message() != nil && !field.IsList() && !field.IsMap() && msg.Has(field) && m.below(4) > 0 {
		m.mutateField(msg.Mutable(field).Message(), signer)
		return
	}
	msg.Clear(field)
	if m.below(4) > 0 {
		m.fillField(msg, field, signer, 1)
	}
}
