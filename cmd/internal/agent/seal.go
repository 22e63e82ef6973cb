package agent

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/release"
	"github.com/credence-chain/credence/secret"
)

func sealCmd() *cobra.Command {
	var h home
	var a allowed
	var url, out string
	cmd := &cobra.Command{
		Use: "seal FILE", Short: "Seal a file for tasks of an app and a requester", PersistentPreRunE: cli.NoPrepare, Args: cli.Exactly("FILE"),
		Long: `Seal a file, and keep a record of who may have it opened. The sealed file is an input or a dataset like any other: the program finds
the plain file in its place. An app by its digest is the safest: under a name its owner may publish another version. A requester chooses
the pool of its job: name those whose workers you trust.`,
		Example: `  credenced agent seal patients.csv --url https://keys.example.org --app studio/count:1.0 --requester lab --pool hospitals --out patients.sealed
  credenced run studio/count:1.0 --input patients.csv=patients.sealed --out result`,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case url == "" || out == "":
				return &cli.Problem{What: "--url and --out are needed: where workers ask for the key, and the sealed file", Next: "credenced agent seal --help", Exit: cli.ExitUsage}
			case len(a.apps) == 0 || len(a.requesters) == 0:
				return &cli.Problem{What: "--app and --requester are needed: nobody gets the key of a file that is allowed to nobody", Next: "credenced agent seal --help", Exit: cli.ExitUsage}
			case len(a.pools) == 0:
				return &cli.Problem{
					What: "--pool is needed: a requester may otherwise choose a pool in which a friend works", Next: "name pools whose workers you trust, or --pool any for every one", Exit: cli.ExitUsage,
				}
			}
			if every, err := a.namesEveryPool(); err != nil {
				return err
			} else if every {
				a.pools = nil
			}
			if err := a.checkEnclave(); err != nil {
				return err
			}
			r, err := h.sealFile(args[0], out, url, a)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), r.Blob)
			return err
		},
	}
	h.addFlags(cmd.Flags())
	h.addPassphrase(cmd.Flags())
	a.addFlags(cmd.Flags(), "that may read it")
	a.addAnyEnv(cmd.Flags(), anyEnvUsage)
	a.addSealedAnswers(cmd.Flags())
	a.addEnclave(cmd.Flags())
	cmd.Flags().StringVar(&url, "url", "", "base URL under which workers reach the agent")
	cmd.Flags().StringVar(&out, "out", "", "the sealed file; one that is there is not replaced")
	return cmd
}

// sealFile writes the sealed file and its record.
func (h *home) sealFile(path, out, url string, a allowed) (r release.Record, err error) {
	identity, err := ReadIdentity(h.identityPath(), h.passphrase)
	if err != nil {
		return r, err
	}
	plain, err := os.Open(path)
	if err != nil {
		return r, err
	}
	defer plain.Close()
	f, err := os.OpenFile(out, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return r, err
	}
	defer func() {
		if f.Close(); err != nil {
			_ = os.Remove(out)
		}
	}()
	hasher := artifact.NewHasher()
	if err := secret.Seal(io.MultiWriter(f, hasher), plain, url, identity.Recipient()); err != nil {
		return r, err
	}
	if err := f.Sync(); err != nil {
		return r, err
	}
	info, err := f.Stat()
	if err != nil {
		return r, err
	}
	head, _, err := secret.ReadHead(artifact.File{Path: out, Long: info.Size()})
	if err != nil {
		return r, err
	}
	r = release.Record{
		Blob: hasher.Digest(), Name: filepath.Base(path), Agent: url, Header: head.Header, Apps: a.apps, Requesters: a.requesters, Pools: a.pools,
		AnyEnv: a.anyEnv, SealedAnswers: a.sealedAnswers, RequireEnclave: a.requireEnclave, Measurements: a.measurements, Made: time.Now().UTC(),
	}
	return r, h.records().Save(r)
}
