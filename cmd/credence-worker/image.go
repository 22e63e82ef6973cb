package main

import (
	"bytes"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/evidence/tdx"
	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/internal/worker/image"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
)

// This file has the commands that make the measured image of a worker in an enclave, and compute what the platform will measure of it.

func imageCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "image", Short: "Make the measured image of a worker in an enclave, and compute its measurement"}
	cmd.AddCommand(imageBuildCommand(), imageMeasureCommand())
	return cmd
}

func imageBuildCommand() *cobra.Command {
	var program, platform, out, architecture string
	var modules []string
	cmd := &cobra.Command{
		Use: "build", Short: "Write the image: an initial file system for a virtual machine, and a container image", Args: cobra.NoArgs,
		Long: "Write initramfs.cpio, command-line.txt and the folder oci (an OCI layout) into a folder, and print their digests. The image has one\n" +
			"program, the static worker. Its bytes depend on the program, the platform and the kernel modules alone: anybody can make them again.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			spec := image.Spec{Platform: platform}
			if program == "" {
				own, err := os.Executable()
				if err != nil {
					return err
				}
				program = own
			}
			var err error
			if spec.Program, err = os.ReadFile(program); err != nil {
				return fmt.Errorf("program: %w", err)
			}
			for _, name := range modules {
				module, err := os.ReadFile(name)
				if err != nil {
					return fmt.Errorf("module: %w", err)
				}
				spec.Modules = append(spec.Modules, module)
			}
			return writeImage(cmd.OutOrStdout(), spec, architecture, out)
		},
	}
	f := cmd.Flags()
	f.StringVar(&program, "program", "", "static credence-worker that the image starts (default: this program)")
	f.StringVar(&platform, "platform", attester.TDX, "platform that the worker asks for quotes: "+strings.Join(attester.Names(), ", "))
	f.StringVar(&architecture, "architecture", "amd64", "architecture of the program, for the container image")
	f.StringSliceVar(&modules, "module", nil, "kernel modules, not compressed, that are loaded at the start in this order; none for a kernel with its drivers built in")
	f.StringVar(&out, "out", "enclave", "folder that is written; it must not exist")
	return cmd
}

// writeImage writes an image into a new folder, and prints the digests.
func writeImage(to io.Writer, spec image.Spec, architecture, out string) error {
	initramfs, err := spec.Initramfs()
	if err != nil {
		return err
	}
	layout, id, err := spec.OCI(architecture)
	if err != nil {
		return err
	}
	if err := os.Mkdir(out, 0o755); err != nil {
		return fmt.Errorf("out: %w", err)
	}
	files := map[string][]byte{"initramfs.cpio": initramfs, "command-line.txt": []byte(image.CommandLine + "\n")}
	for name, data := range layout {
		files["oci/"+name] = data
	}
	for name, data := range files {
		path := filepath.Join(out, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintf(to, "initramfs     %s\n", artifact.Sum(initramfs))
	fmt.Fprintf(to, "              sha384 %x, %d bytes\n", sha512.Sum384(initramfs), len(initramfs))
	fmt.Fprintf(to, "container     %s\n", id)
	fmt.Fprintf(to, "command line  %s\n", image.CommandLine)
	return nil
}

func imageMeasureCommand() *cobra.Command {
	var platform, initramfs, kernel, firmware, commandLine, quote string
	snp := image.SNP{}
	cmd := &cobra.Command{
		Use: "measure", Short: "Compute what a platform will measure of an image", Args: cobra.NoArgs,
		Long: "Compute what a platform will measure of an image that QEMU starts with a kernel, an initial file system and a command line.\n\n" +
			"For sev-snp this is all: MEASUREMENT, which holds the firmware (OVMF, built as AmdSevX64), the three and the processors; and the id that\n" +
			"a version of an app lists. For tdx it is RTMR2, which holds the initial file system and the command line: MRTD, RTMR0 and RTMR1\n" +
			"follow from firmware, machine and kernel. With --quote, the quote of an enclave that runs the image, it compares RTMR2 and prints the id.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if snp.Initramfs, err = os.ReadFile(initramfs); err != nil {
				return fmt.Errorf("initramfs: %w", err)
			}
			if platform == attester.TDX {
				return measureTDX(cmd.OutOrStdout(), image.RTMR2(snp.Initramfs, commandLine), quote)
			}
			if platform != attester.SEVSNP {
				return fmt.Errorf("platform: got %.40q, expected %s or %s; nothing measures others", platform, attester.SEVSNP, attester.TDX)
			}
			if kernel == "" || firmware == "" {
				return errors.New("sev-snp: expected --kernel and --firmware, which are measured too")
			}
			if snp.Kernel, err = os.ReadFile(kernel); err != nil {
				return fmt.Errorf("kernel: %w", err)
			}
			if snp.Firmware, err = os.ReadFile(firmware); err != nil {
				return fmt.Errorf("firmware: %w", err)
			}
			snp.CommandLine = commandLine
			return measureSNP(cmd.OutOrStdout(), snp)
		},
	}
	f := cmd.Flags()
	f.StringVar(&platform, "platform", attester.SEVSNP, "sev-snp or tdx")
	f.StringVar(&initramfs, "initramfs", "enclave/initramfs.cpio", "initial file system that `image build` wrote")
	f.StringVar(&commandLine, "command-line", image.CommandLine, "the kernel's command line")
	f.StringVar(&kernel, "kernel", "", "with sev-snp: the kernel (bzImage)")
	f.StringVar(&firmware, "firmware", "", "with sev-snp: OVMF, built as AmdSevX64")
	f.StringVar(&quote, "quote", "", "with tdx: file with a quote of an enclave that runs the image, as the kernel gives it")
	f.IntVar(&snp.Processors, "vcpus", 1, "with sev-snp: number of virtual processors")
	f.StringVar(&snp.Type, "vcpu-type", "EPYC-Milan", "with sev-snp: QEMU's name of their type: "+strings.Join(image.ProcessorTypes(), ", "))
	f.Uint64Var(&snp.Features, "guest-features", 1, "with sev-snp: SEV_FEATURES as the host's kernel sets them; 1 is SEV-SNP alone")
	return cmd
}

// measureTDX prints the register that follows from an image. With the quote of an enclave it checks that the enclave has this register, and
// prints all of the measurement. It does not check the signatures of the quote, which the chain does.
func measureTDX(to io.Writer, register []byte, quote string) error {
	fmt.Fprintf(to, "RTMR2        %x\n", register)
	if quote == "" {
		return nil
	}
	data, err := os.ReadFile(quote)
	if err != nil {
		return fmt.Errorf("quote: %w", err)
	}
	q, err := tdx.ParseQuote(data)
	if err != nil {
		return fmt.Errorf("quote: %w", err)
	}
	r := q.Report
	if !bytes.Equal(r.Registers[2][:], register) {
		return fmt.Errorf("quote: its RTMR2 is %x: the enclave runs another image or command line", r.Registers[2])
	}
	m, err := enclavestypes.NewMeasurement(enclavestypes.PLATFORM_TDX, slices.Concat(r.Measurement[:], r.Registers[0][:], r.Registers[1][:], r.Registers[2][:]))
	if err != nil {
		return err
	}
	printForms(to, m)
	return nil
}

// printForms prints a measurement in the forms in which the chain's commands take it.
func printForms(to io.Writer, m enclavestypes.Measurement) {
	fmt.Fprintf(to, "measurement  %x\n", m.Value)
	fmt.Fprintf(to, "value        %s\n", base64.StdEncoding.EncodeToString(m.Value))
	fmt.Fprintf(to, "id           %s\n", m.Id)
}

// measureSNP computes and prints the measurement of a guest of SEV-SNP.
func measureSNP(to io.Writer, snp image.SNP) error {
	value, err := snp.Measurement()
	if err != nil {
		return err
	}
	m, err := enclavestypes.NewMeasurement(enclavestypes.PLATFORM_SEV_SNP, value)
	if err != nil {
		return err
	}
	printForms(to, m)
	return nil
}
