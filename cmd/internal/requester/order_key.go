package requester

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/cosmos/gogoproto/proto"
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

// jsonOf writes a value as indented JSON; messages of the protocol with every field, by its name there.
func jsonOf(v any) (json.RawMessage, error) {
	if m, ok := v.(proto.Message); ok {
		raw, err := credence.Codec().MarshalJSON(m)
		if err != nil {
			return nil, err
		}
		v = json.RawMessage(raw)
	}
	return json.MarshalIndent(v, "", "  ")
}

// ringKey is a key of the keyring. It may be one that can not sign here.
type ringKey struct {
	ring   keyring.Keyring
	record *keyring.Record
	public cryptotypes.PubKey
}

func (k ringKey) PubKey() cryptotypes.PubKey { return k.public }

func (k ringKey) Address() string {
	text, err := credence.Addresses().BytesToString(k.public.Address())
	if err != nil {
		return ""
	}
	return text
}

// Sign signs the bytes; what can't be done with a key says what to do instead.
func (k ringKey) Sign(bytes []byte) ([]byte, error) {
	if err := k.able(); err != nil {
		return nil, err
	}
	signature, _, err := k.ring.Sign(k.record.Name, bytes, signing.SignMode_SIGN_MODE_DIRECT)
	return signature, err
}

// able says why the key can't sign here; nil when it can.
func (k ringKey) able() error {
	switch {
	case k.record.GetLedger() != nil:
		return &cli.Problem{
			What: fmt.Sprintf("key %q is on a ledger, which signs transactions in amino JSON alone: it can not sign orders off the chain", k.record.Name),
			Next: "make the order known by a transaction instead: credenced order presign FILE --from " + k.record.Name + " --generate-only > tx.json, then credenced tx sign tx.json --sign-mode amino-json",
		}
	case k.record.GetMulti() != nil:
		return &cli.Problem{
			What: fmt.Sprintf("key %q is a multisig key: each of its keys signs by itself", k.record.Name),
			Next: "credenced order sign FILE --multisig " + k.record.Name + " --from MEMBER, then credenced order multisign FILE " + k.record.Name + " SIGNATURE...; a transaction: --generate-only, then credenced tx sign --multisig",
		}
	case k.record.GetLocal() == nil:
		return &cli.Problem{
			What: fmt.Sprintf("key %q is a public key alone: its secret is kept elsewhere", k.record.Name),
			Next: "sign where the secret is: credenced order sign FILE --offline --chain-id ID",
		}
	}
	return nil
}

// fromRing takes a key by name or address out of the keyring.
func (o *orderFlags) fromRing(cmd *cobra.Command, name string) (ringKey, error) {
	ring, err := o.c.openRing(cmd)
	if err != nil {
		return ringKey{}, err
	}
	var record *keyring.Record
	if raw, addressErr := credence.Addresses().StringToBytes(name); addressErr == nil {
		record, err = ring.KeyByAddress(sdk.AccAddress(raw))
	} else {
		record, err = ring.Key(name)
	}
	if errors.Is(err, sdkerrors.ErrKeyNotFound) {
		return ringKey{}, noKey(name, o.c.backend, o.devnet())
	}
	if err != nil {
		return ringKey{}, fmt.Errorf("keyring %s: %s", o.c.backend, err.Error()) // its error is no refusal of the chain's
	}
	public, err := record.GetPubKey()
	return ringKey{ring, record, public}, err
}

// named finds the key of a name: an account of the devnet, unless a keyring was named, or one of the keyring.
func (o *orderFlags) named(cmd *cobra.Command, name string) (order.Key, error) {
	if a := ofDevnet(cmd, o.devnet(), name); a != nil {
		return credence.LoadKey(a.KeyFile)
	}
	return o.fromRing(cmd, name)
}

// signer is the key that the flags name. Without them it is the owner's when the devnet has it.
func (o *orderFlags) signer(cmd *cobra.Command, owner string) (order.Key, error) {
	switch {
	case o.c.keyFile != "" && o.c.from != "":
		return nil, errors.New("--key-file and --from name one key each: give one of them")
	case o.c.keyFile != "":
		return credence.LoadKey(o.c.keyFile)
	case o.c.from != "":
		key, err := o.named(cmd, o.c.from)
		if err != nil {
			return nil, &cli.Problem{What: fmt.Sprintf("--from %s: %s", o.c.from, err), Next: "list the keys: credenced keys list --keyring-backend " + o.c.backend, Err: err}
		}
		return key, nil
	}
	if info := o.devnet(); info != nil && owner != "" {
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

// defaultOwner is who creates an order when nobody is named: --from's account, or the devnet's of that part.
func (o *orderFlags) defaultOwner(cmd *cobra.Command, part string) (string, error) {
	if o.c.from != "" || o.c.keyFile != "" {
		if raw, err := credence.Addresses().StringToBytes(o.c.from); err == nil {
			return credence.Addresses().BytesToString(raw)
		}
		key, err := o.signer(cmd, "")
		if err != nil {
			return "", err
		}
		return key.Address(), nil
	}
	if info := o.devnet(); info != nil && part != "" {
		if a := info.Account(part); a != nil {
			return a.Address, nil
		}
	}
	return "", &cli.Problem{What: "owner: missing, expected the account whose order it is", Next: "name it with --owner ADDRESS, or its key with --from NAME"}
}

// multisigKey finds a multisig key by its name or address in the keyring.
func (o *orderFlags) multisigKey(cmd *cobra.Command, name string) (*multisig.LegacyAminoPubKey, error) {
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
