package connect

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	"github.com/cosmos/cosmos-sdk/crypto/keys/multisig"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/order"
	"github.com/credence-chain/credence/internal/cli"
)

// AccountText returns the text form of an address.
func AccountText(raw []byte) (string, error) { return credence.Addresses().BytesToString(raw) }

// RingKey is a key of the keyring. Some keys cannot sign on this machine, for example one whose public half alone is stored.
type RingKey struct {
	ring   keyring.Keyring
	Record *keyring.Record
	public cryptotypes.PubKey
}

// PubKey returns the public key.
func (k RingKey) PubKey() cryptotypes.PubKey { return k.public }

// Address returns the account of the key; "" if its bytes make no address.
func (k RingKey) Address() string {
	text, err := credence.Addresses().BytesToString(k.public.Address())
	if err != nil {
		return ""
	}
	return text
}

// Sign signs the bytes. If the key cannot sign here, the error says what to do instead.
func (k RingKey) Sign(bytes []byte) ([]byte, error) {
	if err := k.CanSign(); err != nil {
		return nil, err
	}
	signature, _, err := k.ring.Sign(k.Record.Name, bytes, signing.SignMode_SIGN_MODE_DIRECT)
	return signature, err
}

// CanSign returns why the key cannot sign here; nil if it can.
func (k RingKey) CanSign() error {
	switch {
	case k.Record.GetLedger() != nil:
		return &cli.Problem{
			What: fmt.Sprintf("key %q is on a ledger, which signs transactions in amino JSON alone: it can not sign orders off the chain", k.Record.Name),
			Next: "make the order known by a transaction instead: credenced order presign FILE --from " + k.Record.Name + " --generate-only > tx.json, then credenced tx sign tx.json --sign-mode amino-json",
		}
	case k.Record.GetMulti() != nil:
		return &cli.Problem{
			What: fmt.Sprintf("key %q is a multisig key: each of its keys signs by itself", k.Record.Name),
			Next: "credenced order sign FILE --multisig " + k.Record.Name + " --from MEMBER, then credenced order multisign FILE " + k.Record.Name + " SIGNATURE...; a transaction: --generate-only, then credenced tx sign --multisig",
		}
	case k.Record.GetLocal() == nil:
		return &cli.Problem{
			What: fmt.Sprintf("key %q is a public key alone: its secret is kept elsewhere", k.Record.Name),
			Next: "sign where the secret is: credenced order sign FILE --offline --chain-id ID",
		}
	}
	return nil
}

// fromRing reads a key from the keyring by its name or address.
func (o *AccountFlags) fromRing(cmd *cobra.Command, name string) (RingKey, error) {
	ring, err := o.Chain.OpenKeyring(cmd)
	if err != nil {
		return RingKey{}, err
	}
	var record *keyring.Record
	if raw, addressErr := credence.Addresses().StringToBytes(name); addressErr == nil {
		record, err = ring.KeyByAddress(sdk.AccAddress(raw))
	} else {
		record, err = ring.Key(name)
	}
	if errors.Is(err, sdkerrors.ErrKeyNotFound) {
		return RingKey{}, noKey(name, o.Chain.Backend, o.findDevnet())
	}
	if err != nil {
		return RingKey{}, fmt.Errorf("keyring %s: %s", o.Chain.Backend, err.Error()) // must not look like a refusal by the chain
	}
	public, err := record.GetPubKey()
	return RingKey{ring, record, public}, err
}

// LoadNamedKey returns the key of an account of the devnet, unless the flags name a keyring, or else the key of that name in the keyring.
func (o *AccountFlags) LoadNamedKey(cmd *cobra.Command, name string) (order.Key, error) {
	if a := ofDevnet(cmd, o.findDevnet(), name); a != nil {
		return credence.LoadKey(a.KeyFile)
	}
	return o.fromRing(cmd, name)
}

// LoadSigner returns the key that the flags name. Without such flags it returns the owner's key if the devnet has it.
func (o *AccountFlags) LoadSigner(cmd *cobra.Command, owner string) (order.Key, error) {
	switch {
	case o.Chain.KeyFile != "" && o.Chain.From != "":
		return nil, errors.New("--key-file and --from name one key each: give one of them")
	case o.Chain.KeyFile != "":
		return o.Chain.openKey(o.Chain.KeyFile)
	case o.Chain.From != "":
		key, err := o.LoadNamedKey(cmd, o.Chain.From)
		if err != nil {
			return nil, &cli.Problem{What: fmt.Sprintf("--from %s: %s", o.Chain.From, err), Next: "list the keys: credenced keys list --keyring-backend " + o.Chain.Backend, Err: err}
		}
		return key, nil
	}
	if info := o.findDevnet(); info != nil && owner != "" {
		for _, a := range info.Accounts {
			if a.Address == owner {
				return credence.LoadKey(a.KeyFile)
			}
		}
	}
	what := "no key was named"
	if owner != "" {
		what = "no key was named, and that of " + owner + " is not the devnet's"
	}
	return nil, &cli.Problem{What: what, Next: "name one with --from NAME or --key-file FILE"}
}

// DefaultOwner returns the account that creates an order when no owner is named: that of --from, or the devnet's account for that part.
func (o *AccountFlags) DefaultOwner(cmd *cobra.Command, part string) (string, error) {
	if o.Chain.From != "" || o.Chain.KeyFile != "" {
		if raw, err := credence.Addresses().StringToBytes(o.Chain.From); err == nil {
			return credence.Addresses().BytesToString(raw)
		}
		key, err := o.LoadSigner(cmd, "")
		if err != nil {
			return "", err
		}
		return key.Address(), nil
	}
	if info := o.findDevnet(); info != nil && part != "" {
		if a := info.Account(part); a != nil {
			return a.Address, nil
		}
	}
	return "", &cli.Problem{What: "owner: missing, expected the account whose order it is", Next: "name it with --owner ADDRESS, or its key with --from NAME"}
}

// MultisigKey returns the multisig key with the given name or address in the keyring.
func (o *AccountFlags) MultisigKey(cmd *cobra.Command, name string) (*multisig.LegacyAminoPubKey, error) {
	key, err := o.fromRing(cmd, name)
	if err != nil {
		return nil, fmt.Errorf("multisig %q: %w", name, err)
	}
	many, ok := key.public.(*multisig.LegacyAminoPubKey)
	if !ok {
		return nil, fmt.Errorf("multisig %q: it is a key of type %s, expected a multisig key", name, key.public.Type())
	}
	return many, nil
}
