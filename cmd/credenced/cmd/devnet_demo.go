package cmd

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/devnet"

	"github.com/credence-chain/credence/cmd/internal/progress"
	"github.com/credence-chain/credence/cmd/internal/run"
)

// This file is the demonstration that `make demo` runs. It starts a devnet in which one worker lies, renders a picture in tiles at a trust
// of 99.99%, and joins the tiles. If the saboteur was not drawn for any of them, the demonstration submits small bags until it is. The last
// acts show the conviction and the payments (devnet_demo_show.go). Every act checks its own claim: an accepted lie, or a conviction of
// anybody else, is an error.

// demo is one run of the demonstration. Its acts are methods, called in order by runDemo.
type demo struct {
	out      string // folder that the picture is left in
	apps     string // folder of raytrace.wasm, wordstat.wasm and stitch
	examples string // folder of scenes and texts
	tiles    uint64
	rounds   int
	keep     bool

	to    io.Writer
	style progress.Style
	begin time.Time
	net   *devnet.Network
	conn  *client.Conn
	run   client.Runner
	liar  string // organisation whose worker lies
	guilt *client.TaskReport
}

// demoTrust is 99.99 %.
const demoTrust = 10_000

func devnetDemoCmd() *cobra.Command {
	var (
		d     demo
		limit time.Duration
	)
	cmd := &cobra.Command{
		Use: "demo", Short: "The demonstration behind `make demo`", Hidden: true, Args: cobra.NoArgs, PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if d.tiles < 2 {
				return fmt.Errorf("--tiles %d: expected at least 2, a bag", d.tiles)
			}
			d.to = cmd.OutOrStdout()
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			ctx, cancel := context.WithTimeout(ctx, limit)
			defer cancel()
			return d.runDemo(ctx)
		},
	}
	f := cmd.Flags()
	f.StringVar(&d.out, "out", "demo-out", "folder that the picture is left in")
	f.StringVar(&d.apps, "apps", "build/examples", "folder of the built examples")
	f.StringVar(&d.examples, "examples", "examples", "folder of the examples' scenes and texts")
	f.Uint64Var(&d.tiles, "tiles", 8, "tiles of the picture")
	f.IntVar(&d.rounds, "rounds", 12, "how many more bags to submit until the liar is caught")
	f.BoolVar(&d.keep, "keep", false, "keep the devnet's state and logs")
	f.DurationVar(&limit, "limit", 5*time.Minute, "give up after this long")
	d.style.Output = "text"
	f.StringVar(&d.style.Progress, "progress", "auto", "auto, tty, plain or quiet")
	return cmd
}

// runDemo runs the demonstration. On an error it prints the last lines of the logs.
func (d *demo) runDemo(ctx context.Context) (err error) {
	d.begin = time.Now()
	// Remove only what an earlier demonstration left in the folder.
	for _, old := range []string{"tiles", "picture.png"} {
		if err := os.RemoveAll(filepath.Join(d.out, old)); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(d.out, 0o755); err != nil {
		return err
	}
	state, err := os.MkdirTemp("", "credence-demo-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			d.showLogs(state)
		}
		if d.conn != nil {
			d.conn.Close()
		}
		if d.net != nil {
			d.net.Stop()
			d.printLine("All processes are stopped.")
		}
		if err != nil || d.keep {
			fmt.Fprintf(d.to, "State and logs are kept in %s\n", state)
			return
		}
		_ = os.RemoveAll(state)
	}()
	for _, act := range []func(context.Context) error{
		func(ctx context.Context) error { return d.startNetwork(ctx, state) }, d.renderImage, d.stitchImage, d.untilCaught, d.showGuilt, d.showMoney,
	} {
		if err := act(ctx); err != nil {
			return err
		}
	}
	fmt.Fprintf(d.to, "\nDone in %.0f s. The picture is %s.\n", time.Since(d.begin).Seconds(), filepath.Join(d.out, "picture.png"))
	return nil
}

func (d *demo) printTitle(format string, args ...any) {
	fmt.Fprintf(d.to, "\n== "+format+"\n", args...)
}

func (d *demo) printLine(format string, args ...any) { fmt.Fprintf(d.to, format+"\n", args...) }

func (d *demo) startNetwork(ctx context.Context, state string) error {
	d.printTitle("A network on this machine, and one of its workers lies")
	n, err := devnet.Start(devnet.Options{State: state, Saboteurs: 1, Log: d.to, Restart: true})
	if err != nil {
		return err
	}
	d.net = n
	if err := n.Ready(ctx); err != nil {
		return err
	}
	d.liar = n.Info.Saboteurs[0]
	var names []string
	for _, w := range n.Info.Workers {
		names = append(names, w.Organisation)
	}
	d.printLine("1 validator with its court executor, %d organisations with a worker each, ready after %.1f s:", len(names), time.Since(d.begin).Seconds())
	d.printLine("  %v. What %s runs, it runs rightly, and then alters the output. The chain knows nothing of it.", names, d.liar)

	if d.conn, err = client.Dial(ctx, n.Info.GRPC, n.Info.ChainID); err != nil {
		return err
	}
	d.run = client.Runner{Conn: d.conn, Stores: []string{n.Info.Store}, Holders: []string{n.Info.Validators[0].Court}}
	if d.run.Requester, err = client.LoadKey(n.Info.Account("requester").KeyFile); err != nil {
		return err
	}
	d.run.Provider, err = client.LoadKey(n.Info.Account("provider").KeyFile)
	return err
}

// runBag runs a job, and shows it while it runs. Nothing else may be printed meanwhile, because a terminal's view redraws its lines.
func (d *demo) runBag(ctx context.Context, job client.Job) (*client.Report, error) {
	view := progress.NewView(d.to, d.style)
	defer view.Close()
	return d.run.Run(ctx, job, view.Observe)
}

func (d *demo) renderImage(ctx context.Context) error {
	scene := filepath.Join(d.examples, "raytrace", "scenes", "still-life.scene")
	d.printTitle("A picture in %d tiles, at a trust of 99.99%%", d.tiles)
	d.printLine("credence run raytrace.wasm --input %s --bag %d --trust 99.99%% --out %s", filepath.Base(scene), d.tiles, cli.ShellQuote(d.out+"/tiles"))
	report, err := d.runBag(ctx, client.Job{
		App: filepath.Join(d.apps, "raytrace.wasm"), Inputs: []client.InputFile{{Name: filepath.Base(scene), Path: scene}},
		Trust: demoTrust, Bag: d.tiles, Out: filepath.Join(d.out, "tiles"),
	})
	if err != nil {
		return err
	}
	run.PrintReport(d.to, report, false)
	return d.judgeReport(report)
}

// judgeReport checks that no lie was accepted and that nobody but the liar was convicted, and keeps the first conviction.
func (d *demo) judgeReport(report *client.Report) error {
	if report.Accepted != uint64(len(report.Tasks)) {
		return fmt.Errorf("%d of %d tasks were accepted", report.Accepted, len(report.Tasks))
	}
	for _, t := range report.Tasks {
		for _, f := range t.Faults {
			if f.Fault != "WRONG" {
				continue
			}
			if f.Organisation != d.liar {
				return fmt.Errorf("task %s: %s was found wrong, and only %s lies", t.ID, f.Organisation, d.liar)
			}
			if d.guilt == nil {
				d.guilt = t
			}
		}
		for _, org := range t.Agreed {
			if org == d.liar {
				return fmt.Errorf("task %s: the lie of %s was accepted", t.ID, org)
			}
		}
	}
	return nil
}

func (d *demo) stitchImage(ctx context.Context) error {
	d.printTitle("The tiles joined")
	picture := filepath.Join(d.out, "picture.png")
	stitch, err := filepath.Abs(filepath.Join(d.apps, "stitch"))
	if err != nil {
		return err
	}
	text, err := exec.CommandContext(ctx, stitch, "-out", picture, filepath.Join(d.out, "tiles")).CombinedOutput()
	if err != nil {
		return fmt.Errorf("stitch: %w: %s", err, text)
	}
	info, err := os.Stat(picture)
	if err != nil {
		return err
	}
	d.printLine("%s, %s: every tile was checked against the digest that the chain accepted", picture, cli.FormatBytes(uint64(info.Size())))
	return nil
}

// untilCaught submits small bags until the liar is drawn and convicted. The number of bags is unknown in advance, since the beacon decides
// the draws.
func (d *demo) untilCaught(ctx context.Context) error {
	// Each task of the bag reads the input whose number is the task's index.
	const size = 6
	text := filepath.Join(d.examples, "wordstat", "texts", "tides.txt")
	var inputs []client.InputFile
	for i := range size {
		inputs = append(inputs, client.InputFile{Name: fmt.Sprintf("text-%d.txt", i), Path: text})
	}
	for round := 1; d.guilt == nil; round++ {
		if round > d.rounds {
			return fmt.Errorf("%s was never drawn and convicted in %d bags", d.liar, d.rounds)
		}
		d.printTitle("%s was not drawn so far: another bag of %d small tasks (%d)", d.liar, size, round)
		report, err := d.runBag(ctx, client.Job{
			App: filepath.Join(d.apps, "wordstat.wasm"), Inputs: inputs, Trust: demoTrust, Bag: size,
		})
		if err != nil {
			return err
		}
		if err := d.judgeReport(report); err != nil {
			return err
		}
	}
	return nil
}
