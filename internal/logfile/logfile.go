// Package logfile is the setting of programs that write their log to a file of their own. The file is changed for a new one at a size, and
// so many old ones are kept, so that a log takes a bounded part of the disk without any program beside.
package logfile

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"
	"gopkg.in/natefinch/lumberjack.v2"
)

// Names of the flags.
const (
	FlagFile, FlagSize, FlagKeep = "log-file", "log-file-size", "log-file-keep"
)

// Defaults, and bounds of what is asked for.
const (
	defaultSize, defaultKeep = 100, 10
	mostSize, mostKeep       = 1 << 20, 1000
)

// Options say where a log goes.
type Options struct {
	// File is the log's; empty for none, and the log goes where it always does.
	File string
	// Size in MiB at which the file is closed and another one begun.
	Size int
	// Keep is how many closed files stay; older ones are removed.
	Keep int
}

// AddFlags declares the three settings.
func AddFlags(f *pflag.FlagSet) {
	f.String(FlagFile, "", "write the log to this file, and begin another one at its size (default: the log goes where the supervisor takes it)")
	f.Int(FlagSize, defaultSize, "MiB at which another log file is begun; the old one has the time in its name")
	f.Int(FlagKeep, defaultKeep, "how many old log files stay")
}

// settings is where a program has its settings from, as viper is.
type settings interface {
	GetString(name string) string
	GetInt(name string) int
}

// ReadOptions reads and checks the three settings, and makes the folder of the file. Errors name the flag.
func ReadOptions(s settings) (Options, error) {
	o := Options{File: s.GetString(FlagFile), Size: s.GetInt(FlagSize), Keep: s.GetInt(FlagKeep)}
	if o.File == "" {
		return o, nil
	}
	if o.Size < 1 || o.Size > mostSize {
		return o, fmt.Errorf("--%s: got %d, expected 1 to %d MiB", FlagSize, o.Size, mostSize)
	}
	if o.Keep < 1 || o.Keep > mostKeep {
		return o, fmt.Errorf("--%s: got %d, expected 1 to %d files", FlagKeep, o.Keep, mostKeep)
	}
	if err := os.MkdirAll(filepath.Dir(o.File), 0o700); err != nil {
		return o, fmt.Errorf("--%s: %w", FlagFile, err)
	}
	return o, nil
}

// Writer is the log of a program that has a file, or else the given writer. Files are for their owner alone.
func (o Options) Writer(otherwise io.Writer) io.Writer {
	if o.File == "" {
		return otherwise
	}
	return &lumberjack.Logger{Filename: o.File, MaxSize: o.Size, MaxBackups: o.Keep}
}
