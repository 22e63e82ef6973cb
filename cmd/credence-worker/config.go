package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"

	"github.com/credence-chain/credence/client/sender"
	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/internal/keyfile"
	"github.com/credence-chain/credence/internal/logfile"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// This file has the worker's settings. Each is declared once, as a flag (addFlags), and the same name sets it in the environment and in
// config.toml; an unknown name in the file is an error. The command line of doctor has the same flags, so that doctor checks the
// configuration with which the worker would start. Conditions on settings are a table (rules), whose errors name the setting.

// config is everything that an operator can set. A flag takes precedence over the environment, the environment over config.toml in the home
// folder, and that file over the default.
type config struct {
	Home    string
	Role    string
	KeyFile string
	// PassphraseFile names the file with the passphrase of an encrypted KeyFile. The method Passphrase reads it.
	PassphraseFile string
	Passphrase     keyfile.Source
	Node           []string
	Patience       time.Duration
	ChainID        string
	Listen         string
	Slots          int
	Artifacts      []string
	Quota          int64
	Retention      time.Duration
	LogQuota       int64
	Cache          string
	ModuleCache    int64
	Ahead          time.Duration
	AheadApps      []string
	GasPrices      string
	TxTTL          time.Duration
	WallLimit      time.Duration
	Drain          time.Duration
	Sandbox        string
	Cgroup         string
	OCI            runtime.OCI
	Enclave        string
	// EnclaveCertificate is the file with the chip's certificate, and EnclaveProduct the product's name; both are for SEV-SNP.
	EnclaveCertificate, EnclaveProduct string
	LogFormat                          string
	LogFile                            logfile.Options
	LogLevel                           string
	Sabotage                           string
}

// leastPatience is the smallest allowed patience: a healthy node may need that long for an answer.
const leastPatience = 100 * time.Millisecond

// Roles of a worker process.
const (
	roleWorker = "worker"
	roleCourt  = "court"
)

// What a worker does when the system lacks a part of the sandbox in which apps run.
const (
	sandboxRequired   = "required"
	sandboxBestEffort = "best-effort"
)

// cgroupOff is the setting for executions without control groups of their own.
const cgroupOff = "off"

// controlGroup returns the setting as package runtime has it.
func (c config) controlGroup() string {
	if c.Cgroup == cgroupOff {
		return ""
	}
	return c.Cgroup
}

// benchOfRole returns the bench (workers or court) on which a process of this role answers.
func (c config) benchOfRole() taskstypes.Bench {
	if c.Role == roleCourt {
		return taskstypes.BENCH_COURT
	}
	return taskstypes.BENCH_WORKERS
}

func (c config) pathOf(name string) string { return filepath.Join(c.Home, name) }

func defaultHome() string {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "."
	}
	return filepath.Join(home, ".credence-worker")
}

// addFlags declares every flag with its default and its unit.
func addFlags(f *pflag.FlagSet) {
	f.String("home", defaultHome(), "folder of this worker: journal, secret, artifacts, logs")
	f.String("role", roleWorker, "worker: replicas of tasks; court: re-execution for a validator's seat")
	f.String("key-file", "", "hot key that signs commits and reveals (default HOME/key); the registered worker, or the court key of the seat")
	f.String(keyfile.Flag, "", keyfile.Usage)
	f.StringSlice("node", []string{"127.0.0.1:9090"}, "gRPC endpoints of nodes, tried in order; https:// for TLS")
	f.Duration("node-patience", 0, "how long a node may take for an answer, or show no new block, before the next is used (default: a twentieth of the chain's window for reveals)")
	f.String("chain-id", "", "refuse any other chain (default: the one the node says)")
	f.String("listen", "127.0.0.1:7100", "address that serves results, /healthz, /readyz and /metrics")
	f.Int("slots", 1, "tasks executed at once")
	f.StringSlice("artifacts", nil, "base URLs of artifact stores tried after those that a task names")
	f.Int64("quota", 20<<30, "bytes that modules, inputs and results may take on disk, 0 for no bound; what no task needs goes first")
	f.Duration("retention", 7*24*time.Hour, "how long results, inputs, logs and records of tasks are kept once they are final; results and inputs go earlier if the quota asks for it")
	f.Int64("log-quota", 1<<30, "bytes that the logs of apps may take on disk, 0 for no bound; the oldest go first")
	f.String("cache", "", "folder of compiled modules (default HOME/cache); processes of one operator on one machine may share it")
	f.Int64("module-cache", 10<<30, "bytes that compiled modules may take on disk, 0 for no bound; those that were not used for longest go first")
	f.Duration("ahead", 5*time.Minute, "time in each hour that may go into preparing programs, in a free slot, before a task of them is drawn; 0 for none; more serves more first tasks in time, and lets strangers' requests cost more")
	f.StringSlice("ahead-apps", nil, "apps that are prepared first, such as organisation/name, whose newest version is meant, or organisation/name:version")
	f.String("gas-prices", "", "fee per unit of gas, such as 0.001ucred (default: none for answers to tasks, which nodes take for nothing)")
	f.Duration("tx-ttl", 30*time.Second, "how long one signed transaction may wait for a block before it is signed anew")
	f.Duration("wall-limit", time.Hour, "real time of one execution; longer ones are given up as our own failure")
	f.Duration("drain", 10*time.Second, "time to end running tasks after SIGTERM; what does not end goes on after the next start")
	f.String("sandbox", sandboxRequired, "required: apps run only in a complete sandbox; best-effort: also where this system lacks a part of it, such as the filter of system calls, which is logged at every run")
	f.String("cgroup", runtime.ControlGroupAuto, "control group of Linux below which each execution of WebAssembly gets one that bounds its memory: auto (the one in which the worker was started, if that is its own, as with Delegate=yes of systemd), off, or a folder, without which the worker does not start")
	f.String("oci-engine", "", "what runs containers: docker (the Docker Engine API), or runc, crun or runsc (a program of the OCI runtime specification); empty: this worker runs none")
	f.String("oci-path", "", "the engine's socket or program (default /var/run/docker.sock, or the program of that name)")
	f.StringSlice("oci-args", nil, "arguments for the engine's program before its command, such as --systemd-cgroup")
	f.Int64("oci-cache", runtime.DefaultImageCache, "bytes that images may take unpacked; those that were not used for longest go first")
	f.Float64("oci-cpus", 1, "processors that one container may keep busy")
	f.StringSlice("oci-gpus", nil, "graphics processors for containers whose deals need some, by their names in the Container Device Interface, such as nvidia.com/gpu=0; one serves one container at a time")
	f.String("enclave", "", "the enclave that this worker runs in, whose word answers need under the policy attested: software (none at all, for development chains), tdx or sev-snp (asked for quotes through configfs); empty: it runs in none")
	f.String("enclave-certificate", "", "with sev-snp: the file of the chip's certificate (VCEK), in DER")
	f.String("enclave-product", "", "with sev-snp: the product of the chip as the chain's parameters name it, such as Milan")
	f.String("log-format", "text", "text or json")
	logfile.AddFlags(f)
	f.String("log-level", "info", "debug, info, warn or error")
	f.String("sabotage", "", "for tests of a chain: lie by altering what apps output; workers with one seed tell one lie")
	_ = f.MarkHidden("sabotage")
}

// loadConfig reads the flags, the environment and the file. Errors name the field.
func loadConfig(cmd *cobra.Command) (config, error) {
	v := viper.New()
	v.SetEnvPrefix("CREDENCE_WORKER")
	v.SetEnvKeyReplacer(strings.NewReplacer("-", "_"))
	v.AutomaticEnv()
	if err := v.BindPFlags(cmd.Flags()); err != nil {
		return config{}, err
	}
	v.SetConfigFile(filepath.Join(v.GetString("home"), "config.toml"))
	if err := v.ReadInConfig(); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return config{}, fmt.Errorf("config file: %w", err)
	}
	for _, key := range v.AllKeys() {
		if cmd.Flags().Lookup(key) == nil {
			return config{}, fmt.Errorf("config file %s: unknown setting %q", v.ConfigFileUsed(), key)
		}
	}
	c := config{
		Home: v.GetString("home"), Role: v.GetString("role"), KeyFile: v.GetString("key-file"), PassphraseFile: v.GetString(keyfile.Flag), Node: readList(v, "node"), Patience: v.GetDuration("node-patience"),
		ChainID: v.GetString("chain-id"), Listen: v.GetString("listen"), Slots: v.GetInt("slots"), Artifacts: readList(v, "artifacts"),
		Quota: v.GetInt64("quota"), Retention: v.GetDuration("retention"), LogQuota: v.GetInt64("log-quota"), Cache: v.GetString("cache"), ModuleCache: v.GetInt64("module-cache"),
		Ahead: v.GetDuration("ahead"), AheadApps: readList(v, "ahead-apps"), GasPrices: v.GetString("gas-prices"), TxTTL: v.GetDuration("tx-ttl"),
		WallLimit: v.GetDuration("wall-limit"), Drain: v.GetDuration("drain"), Sandbox: v.GetString("sandbox"), Cgroup: v.GetString("cgroup"),
		OCI: runtime.OCI{
			Engine: v.GetString("oci-engine"), Path: v.GetString("oci-path"), Args: readList(v, "oci-args"), CacheBytes: v.GetInt64("oci-cache"),
			CPUs: v.GetFloat64("oci-cpus"), GPUs: readList(v, "oci-gpus"),
		},
		Enclave:            v.GetString("enclave"),
		EnclaveCertificate: v.GetString("enclave-certificate"), EnclaveProduct: v.GetString("enclave-product"),
		LogFormat: v.GetString("log-format"),
		LogLevel:  v.GetString("log-level"), Sabotage: v.GetString("sabotage"),
	}
	var err error
	if c.LogFile, err = logfile.ReadOptions(v); err != nil {
		return c, err
	}
	if c.KeyFile == "" {
		c.KeyFile = c.pathOf("key")
	}
	c.Passphrase = keyfile.NewSource(c.PassphraseFile)
	if c.Cache == "" {
		c.Cache = c.pathOf("cache")
	}
	return c, c.validate()
}

// readList returns a list setting. The file and the flag give a list; the environment gives one text with commas.
func readList(v *viper.Viper, name string) (out []string) {
	for _, entry := range v.GetStringSlice(name) {
		for _, item := range strings.Split(entry, ",") {
			if item = strings.TrimSpace(item); item != "" {
				out = append(out, item)
			}
		}
	}
	return out
}

// rule is a condition on a configuration, with the error to report when it is broken.
type rule struct {
	broken bool
	wrong  error
}

// rules returns the conditions in the order of the settings in docs/worker.md.
func (c config) rules() []rule {
	var level slog.Level
	return []rule{
		{c.Role != roleWorker && c.Role != roleCourt, fmt.Errorf("role: got %q, expected worker or court", c.Role)},
		{len(c.Node) == 0, errors.New("node: empty, expected the gRPC endpoint of a node such as 127.0.0.1:9090")},
		{c.Patience != 0 && c.Patience < leastPatience, fmt.Errorf("node-patience: got %s, expected %s or more, or 0 for what fits the chain's windows", c.Patience, leastPatience)},
		{c.Slots < 1 || c.Slots > 1024, fmt.Errorf("slots: got %d, expected 1 to 1024", c.Slots)},
		{c.Quota < 0, fmt.Errorf("quota: got %d, expected bytes, or 0 for no bound", c.Quota)},
		{c.Retention < 0, fmt.Errorf("retention: got %s, expected no negative time", c.Retention)},
		{c.LogQuota < 0 || c.ModuleCache < 0, fmt.Errorf("log-quota and module-cache: got %d and %d, expected bytes, or 0 for no bound", c.LogQuota, c.ModuleCache)},
		{c.Ahead < 0 || c.Ahead > time.Hour, fmt.Errorf("ahead: got %s, expected a time in each hour from 0s to 1h", c.Ahead)},
		{c.TxTTL < time.Second || c.TxTTL > sender.MaxTTL, fmt.Errorf("tx-ttl: got %s, expected 1s to %s", c.TxTTL, sender.MaxTTL)},
		{c.WallLimit < 0 || c.Drain < 0, fmt.Errorf("wall-limit and drain: got %s and %s, expected no negative time", c.WallLimit, c.Drain)},
		{c.Sandbox != sandboxRequired && c.Sandbox != sandboxBestEffort, fmt.Errorf("sandbox: got %q, expected %s or %s", c.Sandbox, sandboxRequired, sandboxBestEffort)},
		{c.Cgroup != runtime.ControlGroupAuto && c.Cgroup != cgroupOff && !filepath.IsAbs(c.Cgroup),
			fmt.Errorf("cgroup: got %q, expected %s, %s, or the folder of a control group such as /sys/fs/cgroup/credence", c.Cgroup, runtime.ControlGroupAuto, cgroupOff)},
		{c.OCI.CacheBytes <= 0 || c.OCI.CPUs <= 0, fmt.Errorf("oci-cache and oci-cpus: got %d and %g, expected more than 0", c.OCI.CacheBytes, c.OCI.CPUs)},
		{len(c.OCI.GPUs) > 0 && c.OCI.Engine == "", fmt.Errorf("oci-gpus: got %q without an oci-engine, expected one: only containers use GPUs", c.OCI.GPUs)},
		{c.Enclave != "" && (!slices.Contains(attester.Names(), c.Enclave) || c.Role != roleWorker),
			fmt.Errorf("enclave: got %q in the role %s, expected %s in the role %s, or none", c.Enclave, c.Role, strings.Join(attester.Names(), ", "), roleWorker)},
		{c.Enclave != attester.SEVSNP && c.EnclaveCertificate+c.EnclaveProduct != "",
			fmt.Errorf("enclave-certificate and enclave-product: got %q and %q, expected them with enclave %s alone", c.EnclaveCertificate, c.EnclaveProduct, attester.SEVSNP)},
		{c.LogFormat != "text" && c.LogFormat != "json", fmt.Errorf("log-format: got %q, expected text or json", c.LogFormat)},
		{level.UnmarshalText([]byte(c.LogLevel)) != nil, fmt.Errorf("log-level: got %q, expected debug, info, warn or error", c.LogLevel)},
	}
}

// validate returns the error of the first broken rule.
func (c config) validate() error {
	for _, r := range c.rules() {
		if r.broken {
			return r.wrong
		}
	}
	return nil
}

// newLogger returns a logger that writes to stderr or to the log file.
func (c config) newLogger() *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // validate has checked the level
	opts, out := &slog.HandlerOptions{Level: level}, c.LogFile.Writer(os.Stderr)
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(out, opts))
	}
	return slog.New(slog.NewTextHandler(out, opts))
}

// formatTOML returns the configuration as a config file, in which a comment explains each setting.
func (c config) formatTOML(f *pflag.FlagSet) string {
	quoted := func(items []string) string {
		out := make([]string, len(items))
		for i, item := range items {
			out[i] = fmt.Sprintf("%q", item)
		}
		return "[" + strings.Join(out, ", ") + "]"
	}
	var b strings.Builder
	for _, line := range []struct{ name, value string }{
		{"role", fmt.Sprintf("%q", c.Role)},
		{"key-file", fmt.Sprintf("%q", c.KeyFile)},
		{keyfile.Flag, fmt.Sprintf("%q", c.PassphraseFile)},
		{"node", quoted(c.Node)},
		{"node-patience", fmt.Sprintf("%q", c.Patience)},
		{"chain-id", fmt.Sprintf("%q", c.ChainID)},
		{"listen", fmt.Sprintf("%q", c.Listen)},
		{"slots", fmt.Sprint(c.Slots)},
		{"artifacts", quoted(c.Artifacts)},
		{"quota", fmt.Sprint(c.Quota)},
		{"retention", fmt.Sprintf("%q", c.Retention)},
		{"log-quota", fmt.Sprint(c.LogQuota)},
		{"cache", fmt.Sprintf("%q", c.Cache)},
		{"module-cache", fmt.Sprint(c.ModuleCache)},
		{"ahead", fmt.Sprintf("%q", c.Ahead)},
		{"ahead-apps", quoted(c.AheadApps)},
		{"gas-prices", fmt.Sprintf("%q", c.GasPrices)},
		{"tx-ttl", fmt.Sprintf("%q", c.TxTTL)},
		{"wall-limit", fmt.Sprintf("%q", c.WallLimit)},
		{"drain", fmt.Sprintf("%q", c.Drain)},
		{"sandbox", fmt.Sprintf("%q", c.Sandbox)},
		{"cgroup", fmt.Sprintf("%q", c.Cgroup)},
		{"oci-engine", fmt.Sprintf("%q", c.OCI.Engine)},
		{"oci-path", fmt.Sprintf("%q", c.OCI.Path)},
		{"oci-args", quoted(c.OCI.Args)},
		{"oci-cache", fmt.Sprint(c.OCI.CacheBytes)},
		{"oci-cpus", fmt.Sprint(c.OCI.CPUs)},
		{"oci-gpus", quoted(c.OCI.GPUs)},
		{"enclave", fmt.Sprintf("%q", c.Enclave)},
		{"enclave-certificate", fmt.Sprintf("%q", c.EnclaveCertificate)},
		{"enclave-product", fmt.Sprintf("%q", c.EnclaveProduct)},
		{"log-format", fmt.Sprintf("%q", c.LogFormat)},
		{"log-level", fmt.Sprintf("%q", c.LogLevel)},
		{logfile.FlagFile, fmt.Sprintf("%q", c.LogFile.File)},
		{logfile.FlagSize, fmt.Sprint(c.LogFile.Size)},
		{logfile.FlagKeep, fmt.Sprint(c.LogFile.Keep)},
	} {
		fmt.Fprintf(&b, "# %s\n%s = %s\n\n", f.Lookup(line.name).Usage, line.name, line.value)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "config", Short: "Print the configuration in force, in the form of HOME/config.toml", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := loadConfig(cmd)
			if err != nil {
				return err
			}
			fmt.Fprint(cmd.OutOrStdout(), c.formatTOML(cmd.Flags()))
			return nil
		},
	}
	addFlags(cmd.Flags())
	return cmd
}
