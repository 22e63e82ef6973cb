package ceremony

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"

	"github.com/cometbft/cometbft/crypto"
	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"

	"github.com/credence-chain/credence/app/encoding"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/poa/beaconkey"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// Application is the part of a genesis that a founder writes about itself.
type Application struct {
	Format int `json:"format"`
	// Plan is the hash of the plan that the application belongs to.
	Plan string `json:"plan"`
	// Organisation is the founder's id, one of the plan's founders; Name is its name for people.
	Organisation string `json:"organisation"`
	Name         string `json:"name"`
	// Roles are the names of the roles that it asks for, besides validator, and besides worker if it brings a worker.
	Roles []string `json:"roles,omitempty"`
	// Operator is the account that administers the organisation, operates the seat and votes.
	Operator Account `json:"operator"`
	// Court is the account that answers for the seat in courts. It belongs to no organisation, and can do nothing else.
	Court Account `json:"court"`
	// Accounts are its other members.
	Accounts []Account `json:"accounts,omitempty"`
	// Seat holds the public keys that check the seat's blocks and beacon proofs.
	Seat Seat `json:"seat"`
	// Node is the validator's node, or the sentry in front of it.
	Node Node `json:"node"`
	// Endpoints are where others reach its services; all may be empty.
	Endpoints Endpoints `json:"endpoints"`
	// Workers that it brings.
	Workers []Worker `json:"workers,omitempty"`
	// Proofs are signatures of everything above, by every key that the application names.
	Proofs Proofs `json:"proofs"`
}

// Account is an account and its public key.
type Account struct {
	Address string `json:"address"`
	// Key is the compressed secp256k1 public key.
	Key []byte `json:"public_key"`
}

// Seat is the public keys of a seat.
type Seat struct {
	// Consensus is the ed25519 key that signs blocks.
	Consensus []byte `json:"consensus_public_key"`
	// Beacon is the BLS key that signs beacon proofs, and Possession the proof that its secret is known.
	Beacon     []byte `json:"beacon_public_key"`
	Possession []byte `json:"beacon_possession"`
}

// Node is how peers reach a node.
type Node struct {
	// Key is the ed25519 key by which peers know it.
	Key []byte `json:"public_key"`
	// Address is host:port for peers.
	Address string `json:"address"`
}

// ID is the node's name among peers.
func (n Node) ID() string { return hex.EncodeToString(ed25519.PubKey(n.Key).Address()) }

// Peer is the node as peers write it: id@host:port.
func (n Node) Peer() string { return n.ID() + "@" + n.Address }

// Endpoints are base URLs of a founder's services.
type Endpoints struct {
	RPC   string `json:"rpc,omitempty"`
	GRPC  string `json:"grpc,omitempty"`
	REST  string `json:"rest,omitempty"`
	Store string `json:"store,omitempty"`
}

// Worker is a worker that a founder brings.
type Worker struct {
	// Account is the hot key's.
	Account
	// Endpoint is the base URL at which it serves results.
	Endpoint string `json:"endpoint"`
	// Slots is how many tasks it runs at once.
	Slots uint32 `json:"slots"`
}

// Proofs are signatures of an application without its proofs: see SignBytes.
type Proofs struct {
	Operator  []byte   `json:"operator"`
	Court     []byte   `json:"court"`
	Consensus []byte   `json:"consensus"`
	Node      []byte   `json:"node"`
	Accounts  [][]byte `json:"accounts,omitempty"`
	Workers   [][]byte `json:"workers,omitempty"`
}

// domain keeps signatures of applications apart from all others.
const domain = "credence/application/v1\n"

// SignBytes returns the bytes that every key of an application signs.
func (a Application) SignBytes() []byte {
	a.Proofs = Proofs{}
	data, _ := json.Marshal(a) // texts, bytes and numbers always marshal
	return append([]byte(domain), data...)
}

// Signer signs for an account of an application.
type Signer interface {
	Sign([]byte) ([]byte, error)
}

// Signers are the secret halves of an application's keys. Accounts and workers are in the order of the application.
type Signers struct {
	Operator, Court Signer
	Consensus, Node crypto.PrivKey
	Accounts        []Signer
	Workers         []Signer
}

// Sign adds the proofs to the application.
func (a *Application) Sign(s Signers) (err error) {
	text := a.SignBytes()
	proofs := Proofs{}
	sign := func(by Signer, into *[]byte) {
		if err == nil {
			*into, err = by.Sign(text)
		}
	}
	sign(s.Operator, &proofs.Operator)
	sign(s.Court, &proofs.Court)
	sign(s.Consensus, &proofs.Consensus)
	sign(s.Node, &proofs.Node)
	for _, l := range []struct {
		by   []Signer
		into *[][]byte
	}{{s.Accounts, &proofs.Accounts}, {s.Workers, &proofs.Workers}} {
		for _, by := range l.by {
			proof := []byte(nil)
			sign(by, &proof)
			*l.into = append(*l.into, proof)
		}
	}
	a.Proofs = proofs
	return err
}

// MaxAccounts bounds the accounts of a founder besides its operator, and also its workers.
const MaxAccounts = 16

// Validate checks an application by itself against a plan, its proofs included.
func (a Application) Validate(p Plan) error {
	switch {
	case a.Format != Format:
		return fmt.Errorf("format %d, expected %d: it was written by another version", a.Format, Format)
	case a.Plan != p.Hash():
		return fmt.Errorf("plan %.16s..., expected %.16s...: it was made for another plan, or the plan was changed since", a.Plan, p.Hash())
	case !slices.Contains(p.Founders, a.Organisation):
		return fmt.Errorf("organisation %q: expected one of the plan's founders, %v", a.Organisation, p.Founders)
	case len(a.Name) > 128:
		return fmt.Errorf("name: %d bytes, expected at most 128", len(a.Name))
	case len(a.Accounts) > MaxAccounts || len(a.Workers) > MaxAccounts:
		return fmt.Errorf("accounts: %d, workers: %d, expected at most %d each", len(a.Accounts), len(a.Workers), MaxAccounts)
	case len(a.Workers) > 0 && p.Pool == nil:
		return fmt.Errorf("workers: the plan has no public pool that they could serve; leave them out, and register them later")
	}
	if _, err := a.listRoles(); err != nil {
		return err
	}
	if err := beaconkey.VerifyPossession(a.Seat.Beacon, a.Seat.Possession); err != nil {
		return fmt.Errorf("seat.beacon_possession: %w", err)
	}
	if err := validAddress(a.Node.Address); err != nil {
		return fmt.Errorf("node.address: %w", err)
	}
	for _, e := range [][2]string{{"rpc", a.Endpoints.RPC}, {"grpc", a.Endpoints.GRPC}, {"rest", a.Endpoints.REST}, {"store", a.Endpoints.Store}} {
		if err := validURL(e[1]); err != nil {
			return fmt.Errorf("endpoints.%s: %w", e[0], err)
		}
	}
	for i, w := range a.Workers {
		if err := w.validateFor(a.Operator); err != nil {
			return fmt.Errorf("workers[%d].%w", i, err)
		}
	}
	if slices.Contains(a.listMembers(), a.Court.Address) {
		return fmt.Errorf("court.address: %s is the operator's, a member's or a worker's, expected a key of its own, which belongs to no organisation", a.Court.Address)
	}
	return a.verifyProofs()
}

// listMembers returns the addresses of the organisation's accounts, the operator's first. The court account is not a member.
func (a Application) listMembers() []string {
	out := []string{a.Operator.Address}
	for _, account := range a.Accounts {
		out = append(out, account.Address)
	}
	for _, w := range a.Workers {
		out = append(out, w.Address)
	}
	return out
}

func (w Worker) validateFor(operator Account) error {
	switch {
	case w.Slots < 1 || w.Slots > 1024:
		return fmt.Errorf("slots: %d, expected 1 to 1024", w.Slots)
	case w.Address == operator.Address:
		return fmt.Errorf("address: it is the operator's, expected a key of its own, which can move nothing else")
	}
	if err := workerstypes.ValidateEndpoint(w.Endpoint); err != nil {
		return fmt.Errorf("endpoint: %w", err)
	}
	return nil
}

// verifyProofs checks that every key that the application names has signed.
func (a Application) verifyProofs() error {
	text := a.SignBytes()
	if err := a.Operator.verifyProof("operator", text, a.Proofs.Operator); err != nil {
		return err
	}
	if err := a.Court.verifyProof("court", text, a.Proofs.Court); err != nil {
		return err
	}
	for _, k := range []struct {
		field      string
		key, proof []byte
	}{{"seat.consensus_public_key", a.Seat.Consensus, a.Proofs.Consensus}, {"node.public_key", a.Node.Key, a.Proofs.Node}} {
		if len(k.key) != ed25519.PubKeySize || !ed25519.PubKey(k.key).VerifySignature(text, k.proof) {
			return fmt.Errorf("%s: its proof does not verify: the file was changed after it was signed, or the key is another's", k.field)
		}
	}
	if len(a.Proofs.Accounts) != len(a.Accounts) || len(a.Proofs.Workers) != len(a.Workers) {
		return fmt.Errorf("proofs.accounts: %d, proofs.workers: %d, expected one for each of the %d accounts and %d workers",
			len(a.Proofs.Accounts), len(a.Proofs.Workers), len(a.Accounts), len(a.Workers))
	}
	for i, account := range a.Accounts {
		if err := account.verifyProof(fmt.Sprintf("accounts[%d]", i), text, a.Proofs.Accounts[i]); err != nil {
			return err
		}
	}
	for i, w := range a.Workers {
		if err := w.verifyProof(fmt.Sprintf("workers[%d]", i), text, a.Proofs.Workers[i]); err != nil {
			return err
		}
	}
	return nil
}

func (a Account) verifyProof(field string, text, proof []byte) error {
	if len(a.Key) != secp256k1.PubKeySize {
		return fmt.Errorf("%s.public_key: %d bytes, expected %d", field, len(a.Key), secp256k1.PubKeySize)
	}
	key := &secp256k1.PubKey{Key: a.Key}
	// An address has one text here: in capital letters it would be a second name of the same account.
	if text, err := encoding.Addresses().BytesToString(key.Address()); err != nil || text != a.Address {
		return fmt.Errorf("%s.address: %q is not that of its public key", field, a.Address)
	}
	if !key.VerifySignature(text, proof) {
		return fmt.Errorf("%s: its proof does not verify: the file was changed after it was signed, or the key is another's", field)
	}
	return nil
}

// listRoles returns the roles of the organisation.
func (a Application) listRoles() ([]orgstypes.Role, error) {
	roles := []orgstypes.Role{orgstypes.ROLE_VALIDATOR}
	if len(a.Workers) > 0 {
		roles = append(roles, orgstypes.ROLE_WORKER)
	}
	for i, word := range a.Roles {
		role, err := orgstypes.ParseRole(word)
		if err != nil {
			return nil, fmt.Errorf("roles[%d]: %w", i, err)
		}
		if !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
	}
	return roles, nil
}

func validAddress(text string) error {
	host, port, err := net.SplitHostPort(text)
	n, portErr := strconv.ParseUint(port, 10, 16)
	if err != nil || portErr != nil || host == "" || n == 0 || len(text) > 256 {
		return fmt.Errorf("got %.100q, expected a host and a port, such as val.example.org:26656", text)
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		return fmt.Errorf("got %q, which is every address of a machine: expected the one at which peers reach it", text)
	}
	return nil
}

func validURL(text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "tcp") || len(text) > 256 {
		return fmt.Errorf("got %.100q, expected a URL such as https://host:port", text)
	}
	return nil
}

// LoadApplication reads an application without checking it.
func LoadApplication(path string) (a Application, err error) {
	err = loadJSON(path, &a)
	return a, err
}

// Save writes an application.
func (a Application) Save(path string) error { return saveJSON(path, a) }
