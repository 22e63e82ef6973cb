package network

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/app/ceremony"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/credenced/setup"
	"github.com/credence-chain/credence/internal/keyfile"
)

// This file makes a founder's application to a new network (package ceremony). The plan names the founders; each of them runs "network
// apply" on the machine of its node and sends the file to whoever builds the genesis. The application holds the public half of every key
// that the founder brings, and each key signs it: so nobody can apply with a key that another founder holds. Secret keys are made where
// they are missing and stay on this machine.

// applying holds the flags of "network apply".
type applying struct {
	home, plan, out          string
	organisation, name       string
	operator, operatorFile   string
	backend                  string
	address                  string
	accountFiles, roles      []string
	endpoints                ceremony.Endpoints
	workerFiles, workerServe []string
	workerSlots              uint32
	passphraseFile           string
}

func applyCmd() *cobra.Command {
	var a applying
	cmd := &cobra.Command{
		Use: "apply", Short: "Make a founder's signed application",
		Long: `Make a founder's signed application: organisation, seat, node, accounts, and workers if it brings some. The seat's keys,
which sign blocks, beacon proofs and answers in courts, and the node's are made in the node's folder where they are
missing, and the operator's key in the keyring; secret halves stay where they are. Every key signs the application. With a node of another machine as the one that peers reach,
such as a sentry, run it there and give --address of the sentry when it joins.`,
		Example: `credenced network apply --organisation amber --address val.amber.example:26656
credenced network apply --organisation amber --address val.amber.example:26656 --worker-key-file worker.key \
  --worker-endpoint http://worker.amber.example:7100 --store https://store.amber.example`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.writeApplication(cmd) },
	}
	f := cmd.Flags()
	homeFlag(f, &a.home)
	f.StringVar(&a.plan, "plan", "plan.json", "the plan")
	f.StringVar(&a.out, "out", "", "file to write (default ORGANISATION.application.json)")
	f.StringVar(&a.organisation, "organisation", "", "id of the organisation, one of the plan's founders")
	f.StringVar(&a.name, "name", "", "its name for people (default the id)")
	f.StringVar(&a.operator, "operator", setup.OperatorKey, "name of the operator's key in the keyring; it is made where it is missing")
	f.StringVar(&a.operatorFile, "operator-key-file", "", "file with the operator's key in hex, instead of the keyring")
	f.StringVar(&a.backend, "keyring-backend", keyring.BackendOS, "keyring: os, file or test, which has no password")
	f.StringVar(&a.address, "address", "", "host:port at which peers reach the node")
	f.StringSliceVar(&a.accountFiles, "account-key-file", nil, "file with the key of a further member's account, made where it is missing; repeatable")
	f.StringSliceVar(&a.roles, "roles", nil, "roles besides validator and worker: requester, provider, pool-operator")
	f.StringVar(&a.endpoints.RPC, "rpc", "", "URL at which others reach the node's RPC, if they may")
	f.StringVar(&a.endpoints.GRPC, "grpc", "", "likewise of its gRPC")
	f.StringVar(&a.endpoints.REST, "rest", "", "likewise of its REST")
	f.StringVar(&a.endpoints.Store, "store", "", "URL of the organisation's artifact store")
	f.StringSliceVar(&a.workerFiles, "worker-key-file", nil, "file with the hot key of a worker that it brings, made where it is missing; repeatable")
	f.StringSliceVar(&a.workerServe, "worker-endpoint", nil, "URL at which that worker serves results; one for each key")
	f.Uint32Var(&a.workerSlots, "worker-slots", 1, "tasks that a worker runs at once")
	f.StringVar(&a.passphraseFile, keyfile.Flag, "", keyfile.Usage)
	_ = cmd.MarkFlagRequired("organisation")
	_ = cmd.MarkFlagRequired("address")
	cmd.MarkFlagsRequiredTogether("worker-key-file", "worker-endpoint")
	return cmd
}

func (a applying) writeApplication(cmd *cobra.Command) error {
	plan, err := ceremony.LoadPlan(a.plan)
	if err != nil {
		return err
	}
	out := a.out
	if out == "" {
		out = a.organisation + ".application.json"
	}
	if err := refuseExisting(out); err != nil {
		return err
	}
	doc, signers, err := a.fillKeys(cmd, plan)
	if err != nil {
		return err
	}
	if err := doc.Sign(signers); err != nil {
		return err
	}
	if err := doc.Validate(plan); err != nil {
		return err
	}
	if err := doc.Save(out); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: the application of %s to %s\nOperator %s, court %s, node %s\nKeep %s and the operator's key safe: they are the seat.\n",
		out, a.organisation, plan.ChainID, doc.Operator.Address, doc.Court.Address, doc.Node.Peer(), filepath.Join(a.home, "config"))
	return nil
}

// fillKeys finds or makes every key, puts the public halves into the application, and returns the signers.
func (a applying) fillKeys(cmd *cobra.Command, plan ceremony.Plan) (doc ceremony.Application, s ceremony.Signers, err error) {
	passphrase := keyfile.NewSource(a.passphraseFile)
	keys, err := setup.Node{Home: a.home, Passphrase: passphrase}.MakeKeys()
	if err != nil {
		return doc, s, err
	}
	cfg := cmtcfg.DefaultConfig()
	cfg.SetRoot(a.home)
	node, err := p2p.LoadNodeKey(cfg.NodeKeyFile())
	if err != nil {
		return doc, s, fmt.Errorf("node key: %w", err)
	}
	consensus, err := setup.ReadConsensusKey(cfg.PrivValidatorKeyFile(), passphrase)
	if err != nil {
		return doc, s, err
	}
	s.Node, s.Consensus = node.PrivKey, consensus.PrivKey
	doc = ceremony.Application{
		Format: ceremony.Format, Plan: plan.Hash(), Organisation: a.organisation, Name: a.name, Roles: a.roles, Endpoints: a.endpoints,
		Seat: ceremony.Seat{Consensus: keys.Consensus, Beacon: keys.Beacon, Possession: keys.Possession},
		Node: ceremony.Node{Key: node.PubKey().Bytes(), Address: a.address},
	}
	operator, err := a.operatorKey(cmd)
	if err != nil {
		return doc, s, err
	}
	s.Operator, doc.Operator = operator, accountOf(operator)
	court, err := client.UnlockKey(setup.CourtKeyFile(a.home), passphrase)
	if err != nil {
		return doc, s, fmt.Errorf("court key: %w", err)
	}
	s.Court, doc.Court = court, accountOf(court)
	for _, path := range a.accountFiles {
		key, err := client.LoadOrGenerateKey(path)
		if err != nil {
			return doc, s, err
		}
		s.Accounts, doc.Accounts = append(s.Accounts, key), append(doc.Accounts, accountOf(key))
	}
	if len(a.workerFiles) != len(a.workerServe) {
		return doc, s, fmt.Errorf("--worker-key-file: %d, --worker-endpoint: %d, expected one for each", len(a.workerFiles), len(a.workerServe))
	}
	for i, path := range a.workerFiles {
		key, err := client.UnlockOrGenerateKey(path, passphrase)
		if err != nil {
			return doc, s, err
		}
		s.Workers = append(s.Workers, key)
		doc.Workers = append(doc.Workers, ceremony.Worker{Account: accountOf(key), Endpoint: a.workerServe[i], Slots: a.workerSlots})
	}
	return doc, s, nil
}

func accountOf(key client.Key) ceremony.Account {
	return ceremony.Account{Address: key.Address(), Key: key.PubKey().Bytes()}
}

// operatorKey finds or makes the operator's key. A key that is made in a keyring is printed once with its mnemonic.
func (a applying) operatorKey(cmd *cobra.Command) (client.Key, error) {
	if a.operatorFile != "" {
		return client.LoadOrGenerateKey(a.operatorFile)
	}
	if err := os.MkdirAll(a.home, 0o700); err != nil {
		return nil, err
	}
	ring, err := keyring.New(sdk.KeyringServiceName(), a.backend, a.home, cmd.InOrStdin(), encoding.New().Codec)
	if err != nil {
		return nil, fmt.Errorf("--keyring-backend %s: %w", a.backend, err)
	}
	key, err := client.KeyFromKeyring(ring, a.operator)
	if !errors.Is(err, sdkerrors.ErrKeyNotFound) {
		return key, err
	}
	_, words, err := ring.NewMnemonic(a.operator, keyring.English, sdk.FullFundraiserPath, keyring.DefaultBIP39Passphrase, hd.Secp256k1)
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", a.operator, err)
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "The operator's key %q is made. Write these words down; nothing else brings it back:\n\n%s\n\n", a.operator, words)
	return client.KeyFromKeyring(ring, a.operator)
}
