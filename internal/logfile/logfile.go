// Package logfile has the settings of programs that can write their log to a file. At a given size the file is closed and a new one
// begun, and only a given number of old files are kept. So the log takes a bounded part of the disk without a further program.
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

// Defaults, and the largest values of the flags.
const (
	defaultSize, defaultKeep = 100, 10
	mostSize, mostKeep       = 1 << 20, 1000
)

// Options say where a program writes its log.
type Options struct {
	// File is the path of the log file; empty means that there is none.
	File string
	// Size in MiB at which the file is closed and a new one begun.
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

// settings reads a program's settings by name; viper implements it.
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

// Writer returns the writer of the log file or, without a file, the given writer. Only the owner can read the files.
func (o Options) Writer(otherwise io.Writer) io.Writer {
	if o.File == "" {
		return otherwise
	}
	return &lumberjack.Logger{Filename: o.File, MaxSize: o.Size, MaxBackups: o.Keep}
}
