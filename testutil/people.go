package testutil

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"

	abci "github.com/cometbft/cometbft/abci/types"
	cmted25519 "github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/crypto/keys/multisig"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	multisigtypes "github.com/cosmos/cosmos-sdk/crypto/types/multisig"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/poa/beaconkey"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// Account is a funded account and its key, both made from its name.
type Account struct {
	Name string
	Key  *secp256k1.PrivKey // nil for a multisig account
	Addr sdk.AccAddress
	// Keys are the keys of a multisig account, of which Threshold sign.
	Keys      []*secp256k1.PrivKey
	Threshold int
}

// String returns the address in text, as messages carry it.
func (a *Account) String() string { return a.Addr.String() }

// NewAccount makes the account of a name. It has coins only if genesis gave it some.
func NewAccount(name string) *Account {
	key := secp256k1.GenPrivKeyFromSecret([]byte("credence test account " + name))
	return &Account{Name: name, Key: key, Addr: sdk.AccAddress(key.PubKey().Address())}
}

// NewGroup makes the multisig account of a name.
func NewGroup(name string, keys, threshold int) *Account {
	a := &Account{Name: name, Threshold: threshold}
	for i := range keys {
		a.Keys = append(a.Keys, NewAccount(fmt.Sprint(name, " ", i+1)).Key)
	}
	a.Addr = sdk.AccAddress(a.PubKey().Address())
	return a
}

// PubKey returns the public key, of a single or a multisig account.
func (a *Account) PubKey() cryptotypes.PubKey {
	if a.Key != nil {
		return a.Key.PubKey()
	}
	members := make([]cryptotypes.PubKey, len(a.Keys))
	for i, k := range a.Keys {
		members[i] = k.PubKey()
	}
	return multisig.NewLegacyAminoPubKey(a.Threshold, members)
}

// SignBytes signs bytes as the account: with its key, or with the first keys of a multisig account.
func (a *Account) SignBytes(msg []byte) (signing.SignatureData, error) {
	one := func(key *secp256k1.PrivKey) (signing.SignatureData, error) {
		sig, err := key.Sign(msg)
		return &signing.SingleSignatureData{SignMode: signing.SignMode_SIGN_MODE_DIRECT, Signature: sig}, err
	}
	if a.Key != nil {
		return one(a.Key)
	}
	data := multisigtypes.NewMultisig(len(a.Keys))
	for i, k := range a.Keys[:a.Threshold] {
		sig, err := one(k)
		if err != nil {
			return nil, err
		}
		multisigtypes.AddSignature(data, sig, i)
	}
	return data, nil
}

// WithGroup adds a funded multisig account that belongs to no organisation.
func WithGroup(name string, keys, threshold int) Option {
	return func(c *Chain) { c.accounts = append(c.accounts, NewGroup(name, keys, threshold)) }
}

// Org is an organisation with its accounts.
type Org struct {
	ID      string
	Roles   []orgstypes.Role
	Admin   *Account
	Members []*Account
}

// Member returns the first member.
func (o *Org) Member() *Account { return o.Members[0] }

func (o *Org) record() orgstypes.Organisation {
	r := orgstypes.Organisation{Id: o.ID, Name: "Organisation " + o.ID, Admins: []string{o.Admin.String()}, Roles: o.Roles}
	for _, m := range o.Members {
		r.Members = append(r.Members, m.String())
	}
	return r
}

// Seat is a seat with its keys.
type Seat struct {
	OrgID    string
	Operator *Account
	Court    *Account // it answers in courts
	Cons     cmted25519.PrivKey
	Beacon   *beaconkey.PrivateKey
	proof    []byte
}

// ConsAddress returns the address by which votes name the seat.
func (s *Seat) ConsAddress() []byte { return consAddress(s.Cons.PubKey().Bytes()) }

func consAddress(pub []byte) []byte { return cmted25519.PubKey(pub).Address() }

// Update returns the update that tells the engine that the seat is in the validator set.
func (s *Seat) Update() abci.ValidatorUpdate {
	return abci.Ed25519ValidatorUpdate(s.Cons.PubKey().Bytes(), poatypes.DefaultPower)
}

func (s *Seat) record() poatypes.Seat {
	return poatypes.Seat{
		OrgId: s.OrgID, Operator: s.Operator.String(), ConsensusPubkey: s.Cons.PubKey().Bytes(),
		BeaconPubkey: s.Beacon.PublicKey(), BeaconPossession: s.proof, Power: poatypes.DefaultPower, Court: s.Court.String(),
	}
}

// NewSeat makes keys for a seat. Another name makes other keys. The chain signs with them after Know.
func (c *Chain) NewSeat(org string, operator *Account, name string) *Seat {
	key, proof := beaconKey(name)
	s := &Seat{
		OrgID: org, Operator: operator, Beacon: key, proof: proof, Court: NewAccount(name + "-court"),
		Cons: cmted25519.GenPrivKeyFromSecret([]byte("credence test seat " + name)),
	}
	c.Know(s)
	return s
}

// Know lets the chain sign with the keys of these seats.
func (c *Chain) Know(seats ...*Seat) { c.known = append(c.known, seats...) }

// WithKnown is Know as an option, for an import.
func WithKnown(seats ...*Seat) Option { return func(c *Chain) { c.Know(seats...) } }

// Known returns the keys with which the chain signs.
func (c *Chain) Known() []*Seat { return c.known }

// Possession proves that this chain holds one of the seat's private keys. The proof is for the seat of this organisation on this chain.
func (c *Chain) Possession(s *Seat, kind poatypes.KeyKind) (pubkey, proof []byte) {
	c.T.Helper()
	var err error
	switch kind {
	case poatypes.KeyConsensus:
		pubkey = s.Cons.PubKey().Bytes()
		proof, err = s.Cons.Sign(poatypes.PossessionMessage(kind, c.chainID, s.OrgID, pubkey))
	case poatypes.KeyCourt:
		pubkey = s.Court.Key.PubKey().Bytes()
		proof, err = s.Court.Key.Sign(poatypes.PossessionMessage(kind, c.chainID, s.OrgID, pubkey))
	default:
		pubkey, proof = s.Beacon.PublicKey(), s.proof
	}
	require.NoError(c.T, err)
	return pubkey, proof
}

// Keys returns a seat's keys with their proofs.
func (c *Chain) Keys(s *Seat) (k poatypes.SeatKeys) {
	k.ConsensusPubkey, k.ConsensusPossession = c.Possession(s, poatypes.KeyConsensus)
	k.BeaconPubkey, k.BeaconPossession = c.Possession(s, poatypes.KeyBeacon)
	k.CourtPubkey, k.CourtPossession = c.Possession(s, poatypes.KeyCourt)
	return k
}

// WithOrg adds an organisation with these roles, an admin "<id>-admin" and one member "<id>-1".
func WithOrg(id string, roles ...orgstypes.Role) Option { return WithOrgOf(id, 1, roles...) }

// WithOrgOf is WithOrg with n members "<id>-1" ... "<id>-n".
func WithOrgOf(id string, members int, roles ...orgstypes.Role) Option {
	return func(c *Chain) { c.addOrg(id, members, roles...) }
}

// WithRoles adds roles to an organisation that an earlier option added.
func WithRoles(id string, roles ...orgstypes.Role) Option {
	return func(c *Chain) {
		org := c.Org(id)
		org.Roles = orgstypes.SortRoles(append(slices.Clone(org.Roles), roles...))
	}
}

// Org returns an organisation that an option added.
func (c *Chain) Org(id string) *Org {
	c.T.Helper()
	org, found := c.orgs[id]
	require.True(c.T, found, "no option added the organisation %q", id)
	return org
}

// Seat returns the seat of an organisation.
func (c *Chain) Seat(org string) *Seat {
	c.T.Helper()
	i := slices.IndexFunc(c.Seats, func(s *Seat) bool { return s.OrgID == org })
	require.GreaterOrEqual(c.T, i, 0, "no option added the seat %q", org)
	return c.Seats[i]
}

// Account returns an account that an option added, by name.
func (c *Chain) Account(name string) *Account {
	c.T.Helper()
	i := slices.IndexFunc(c.accounts, func(a *Account) bool { return a.Name == name })
	require.GreaterOrEqual(c.T, i, 0, "no option added the account %q", name)
	return c.accounts[i]
}

// accountOf returns the account of an address, from the options or the seats.
func (c *Chain) accountOf(address string) *Account {
	c.T.Helper()
	for _, s := range c.known {
		if s.Operator.String() == address {
			return s.Operator
		}
	}
	i := slices.IndexFunc(c.accounts, func(a *Account) bool { return a.String() == address })
	require.GreaterOrEqual(c.T, i, 0, "no key of the test is that of %s", address)
	return c.accounts[i]
}

func (c *Chain) addAccount(name string) *Account {
	a := NewAccount(name)
	c.accounts = append(c.accounts, a)
	return a
}

func (c *Chain) addOrg(id string, members int, roles ...orgstypes.Role) *Org {
	org := &Org{ID: id, Roles: roles, Admin: c.addAccount(id + "-admin")}
	for i := range members {
		org.Members = append(org.Members, c.addAccount(id+"-"+string(rune('1'+i))))
	}
	c.orgs[id] = org
	c.orgOrder = append(c.orgOrder, id)
	return org
}

func (c *Chain) addSeat(id string) {
	org := c.addOrg(id, 1, orgstypes.ROLE_VALIDATOR)
	c.Seats = append(c.Seats, c.NewSeat(id, org.Member(), id))
	slices.SortFunc(c.Seats, func(a, b *Seat) int { return slices.Compare([]byte(a.OrgID), []byte(b.OrgID)) })
}

type beaconEntry struct {
	key   *beaconkey.PrivateKey
	proof []byte
}

var beaconKeys sync.Map // name -> beaconEntry: deriving and proving takes milliseconds, and tests share names

func beaconKey(name string) (*beaconkey.PrivateKey, []byte) {
	if e, found := beaconKeys.Load(name); found {
		return e.(beaconEntry).key, e.(beaconEntry).proof
	}
	seed := sha256.Sum256([]byte("credence test beacon " + name))
	key, err := beaconkey.New(seed[:])
	if err != nil {
		panic(err)
	}
	e, _ := beaconKeys.LoadOrStore(name, beaconEntry{key, key.Possession()})
	return e.(beaconEntry).key, e.(beaconEntry).proof
}
