package agent

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
	"github.com/credence-chain/credence/internal/release"
	"github.com/credence-chain/credence/secret"
)

// anyPool is what --pool says for every pool.
const anyPool = "any"

// allowed is what a record allows, as flags.
type allowed struct {
	apps, requesters, pools []string
	anyEnv, sealedAnswers   bool
}

func (a *allowed) addFlags(f *pflag.FlagSet, verb string) {
	f.StringSliceVar(&a.apps, "app", nil, "app "+verb+": organisation/name (every version), organisation/name:version, or sha256:DIGEST; repeatable")
	f.StringSliceVar(&a.requesters, "requester", nil, "requester "+verb+": an account or an organisation's id; repeatable")
	f.StringSliceVar(&a.pools, "pool", nil, "pool "+verb+", or any for every one; repeatable")
}

func (a *allowed) addAnyEnv(f *pflag.FlagSet, usage string) {
	f.BoolVar(&a.anyEnv, "any-env", false, usage)
}

func (a *allowed) addSealedAnswers(f *pflag.FlagSet) {
	f.BoolVar(&a.sealedAnswers, "sealed-answers", false, "give the key only for jobs whose answer is sealed for a recipient")
}

// anyEnvUsage is of the commands that allow it.
const anyEnvUsage = "give the key also for containers with variables, rows or a working folder of the requester, by which many programs load other code"

// namesEveryPool says whether the pools are "any", which stands alone.
func (a *allowed) namesEveryPool() (bool, error) {
	if !slices.Contains(a.pools, anyPool) {
		return false, nil
	}
	if len(a.pools) > 1 {
		return false, &cli.Problem{What: "--pool: got any and others, expected any alone, or names of pools", Exit: cli.ExitUsage}
	}
	return true, nil
}

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
	cmd.Flags().StringVar(&url, "url", "", "base URL under which workers reach the agent")
	cmd.Flags().StringVar(&out, "out", "", "the sealed file; one that is there is not replaced")
	return cmd
}

// sealFile writes the sealed file and its record.
func (h *home) sealFile(path, out, url string, a allowed) (r release.Record, err error) {
	identity, err := readIdentity(h.identityPath(), h.passphrase)
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
		AnyEnv: a.anyEnv, SealedAnswers: a.sealedAnswers, Made: time.Now().UTC(),
	}
	return r, h.records().Save(r)
}

func allowCmd() *cobra.Command {
	return changeCmd("allow", "Allow apps, requesters and pools for a sealed file", "to allow", (*allowed).addTo)
}

func revokeCmd() *cobra.Command {
	return changeCmd("revoke", "Allow apps, requesters and pools no more; without any, nobody", "to revoke", (*allowed).takeFrom)
}

// addTo allows in a record what the flags say.
func (a *allowed) addTo(r *release.Record, flags *pflag.FlagSet) error {
	add := func(list, names []string) []string {
		for _, name := range names {
			if !slices.Contains(list, name) {
				list = append(list, name)
			}
		}
		return list
	}
	every, err := a.namesEveryPool()
	if err != nil {
		return err
	}
	r.Apps, r.Requesters, r.Pools = add(r.Apps, a.apps), add(r.Requesters, a.requesters), add(r.Pools, a.pools)
	if every {
		r.Pools = nil
	}
	if flags.Changed("any-env") {
		r.AnyEnv = a.anyEnv
	}
	if flags.Changed("sealed-answers") {
		r.SealedAnswers = a.sealedAnswers
	}
	return nil
}

// takeFrom takes what the flags say out of a record; apps and requesters all, when they say nothing.
func (a *allowed) takeFrom(r *release.Record, _ *pflag.FlagSet) error {
	if len(a.apps)+len(a.requesters)+len(a.pools) == 0 && !a.anyEnv {
		r.Apps, r.Requesters = nil, nil
		return nil
	}
	take := func(list, names []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(name string) bool { return slices.Contains(names, name) })
	}
	pools := take(r.Pools, a.pools)
	if len(r.Pools) > 0 && len(pools) == 0 {
		return &cli.Problem{What: "the record would have no pool left, which allows every pool", Next: "revoke its apps or requesters", Exit: cli.ExitUsage}
	}
	r.Apps, r.Requesters, r.Pools = take(r.Apps, a.apps), take(r.Requesters, a.requesters), pools
	r.AnyEnv = r.AnyEnv && !a.anyEnv
	return nil
}

// changeCmd changes what a record allows.
func changeCmd(use, short, verb string, change func(*allowed, *release.Record, *pflag.FlagSet) error) *cobra.Command {
	var h home
	var a allowed
	cmd := &cobra.Command{
		Use: use + " DIGEST", Short: short, PersistentPreRunE: cli.NoPrepare, Args: cli.Exactly("DIGEST"),
		Long: short + `. A running agent looks at it with the next request. A worker that was given the key before keeps it until its task is
final, and gives it to those who check its answer.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := h.find(args[0])
			if err != nil {
				return err
			}
			if err := change(&a, &r, cmd.Flags()); err != nil {
				return err
			}
			if err := h.records().Save(r); err != nil {
				return err
			}
			return describe(cmd.OutOrStdout(), r)
		},
	}
	h.addFlags(cmd.Flags())
	a.addFlags(cmd.Flags(), verb)
	if use == "allow" {
		a.addAnyEnv(cmd.Flags(), anyEnvUsage)
		a.addSealedAnswers(cmd.Flags())
	} else {
		a.addAnyEnv(cmd.Flags(), "allow containers with variables, rows or a working folder of the requester no more")
	}
	return cmd
}

// find reads the one record whose digest begins so.
func (h *home) find(text string) (found release.Record, err error) {
	list, err := h.records().List()
	if err != nil {
		return found, err
	}
	digits, _ := artifact.CutAlgorithm(text)
	n := 0
	for _, r := range list {
		if strings.HasPrefix(r.Blob.Hex(), digits) {
			found, n = r, n+1
		}
	}
	if len(digits) < 4 || n != 1 {
		return found, &cli.Problem{What: fmt.Sprintf("%d sealed files have a digest that begins with %.80q, expected one", n, text), Next: "credenced agent list", Exit: cli.ExitUsage}
	}
	return found, nil
}

func listCmd() *cobra.Command {
	var h home
	var output string
	cmd := &cobra.Command{
		Use: "list", Short: "List the sealed files, and who may have them opened", PersistentPreRunE: cli.NoPrepare, Args: cli.Exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cli.OneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			list, err := h.records().List()
			if err != nil {
				return err
			}
			if output == "json" {
				return printer.PrintJSON(cmd.OutOrStdout(), list)
			}
			for _, r := range list {
				if err := describe(cmd.OutOrStdout(), r); err != nil {
					return err
				}
			}
			return nil
		},
	}
	h.addFlags(cmd.Flags())
	cmd.Flags().StringVar(&output, "output", "text", "text or json")
	return cmd
}

func describe(w io.Writer, r release.Record) error {
	words := func(list []string, none string) string {
		if len(list) == 0 {
			return none
		}
		return strings.Join(list, ", ")
	}
	_, err := fmt.Fprintf(w, "%s\n  name        %s\n  agent       %s\n  apps        %s\n  requesters  %s\n  pools       %s\n  variables   %s\n  answers     %s\n",
		r.Blob, printable.Name(r.Name), r.Agent, words(r.Apps, "none"), words(r.Requesters, "none"), words(r.Pools, "any"),
		map[bool]string{false: "none of the requester in containers", true: "any"}[r.AnyEnv], map[bool]string{false: "any", true: "sealed alone"}[r.SealedAnswers])
	return err
}
