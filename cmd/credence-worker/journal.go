package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/internal/printable"
	"github.com/credence-chain/credence/internal/worker/journal"
)

func journalCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "journal", Short: "Look into the journal"}
	show := &cobra.Command{
		Use: "show [TASK]", Short: "Print the records, or those of one task; a running worker is not disturbed", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := loadConfig(cmd)
			if err != nil {
				return err
			}
			asJSON, _ := cmd.Flags().GetString("output")
			task := ""
			if len(args) == 1 {
				task = strings.ToLower(args[0])
			}
			return showJournal(cmd.OutOrStdout(), c.pathOf("journal.db"), task, asJSON == "json")
		},
	}
	addFlags(show.Flags())
	show.Flags().String("output", "text", "text or json (a record a line)")
	cmd.AddCommand(show)
	return cmd
}

func showJournal(out io.Writer, path, task string, asJSON bool) error {
	records, err := readJournal(path, task)
	if err != nil {
		return err
	}
	if asJSON {
		enc := json.NewEncoder(printable.JSON(out))
		for _, r := range records {
			if err := enc.Encode(r); err != nil {
				return err
			}
		}
		return nil
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TASK\tATTEMPT\tBENCH\tSTATE\tSINCE\tOUTCOME\tCAUSE")
	for _, r := range records {
		answer := "-"
		if r.Outcome != nil {
			answer = strings.TrimSpace(r.Outcome.Kind + " " + r.Outcome.Digest)
		}
		since := "-"
		if n := len(r.Marks); n > 0 {
			since = fmt.Sprintf("height %d", r.Marks[n-1].Height)
		}
		fmt.Fprintf(table, "%x\t%d\t%s\t%s\t%s\t%s\t%s\n", r.Key.Task, r.Key.Attempt, journal.BenchName(r.Key.Bench), r.State, since, answer, printable.Line(r.Cause))
	}
	return table.Flush()
}

// readJournal returns the records of the tasks whose id begins with the prefix. It reads the journal of a running worker from a copy.
func readJournal(path, prefix string) (records []journal.Record, err error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("journal: %w; has this worker been started with this --home?", err)
	}
	j, err := journal.OpenReadOnly(path)
	if errors.Is(err, journal.ErrLocked) {
		return readCopy(path, prefix)
	}
	if err != nil {
		return nil, err
	}
	defer j.Close()
	return records, j.Each(func(r journal.Record) error {
		if strings.HasPrefix(fmt.Sprintf("%x", r.Key.Task), prefix) {
			records = append(records, r)
		}
		return nil
	})
}

// readCopy copies the journal of a running worker and reads the copy. A copy made during a write may be unreadable; then it makes another.
func readCopy(path, prefix string) (records []journal.Record, err error) {
	dir, err := os.MkdirTemp("", "credence-journal-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	for try := range 5 {
		copied := filepath.Join(dir, fmt.Sprint(try))
		data, readErr := os.ReadFile(path)
		if readErr != nil {
			return nil, readErr
		}
		if err = os.WriteFile(copied, data, 0o600); err != nil {
			return nil, err
		}
		if records, err = readJournal(copied, prefix); err == nil {
			return records, nil
		}
	}
	return nil, fmt.Errorf("the running worker writes too much to be read; stop it first: %w", err)
}

// openNow returns the context for a command that asks the chain once.
func openNow(cmd *cobra.Command) context.Context {
	if ctx := cmd.Context(); ctx != nil {
		return ctx
	}
	return context.Background()
}
