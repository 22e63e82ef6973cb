package image

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	oci "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/testutil/ovmf"
)

var spec = Spec{Program: []byte("\x7fELF and so on"), Platform: attester.TDX, Modules: [][]byte{[]byte("b"), []byte("a")}}

// TestInitramfs: the image has the worker, the platform's name, the modules in the given order, and mount points; nothing else, no times, and
// root owns all. Where there is cpio, it reads the same.
func TestInitramfs(t *testing.T) {
	data, err := spec.Initramfs()
	require.NoError(t, err)
	require.Equal(t, []string{
		"dev 040755", "dev/console 020600", "etc 040755", "etc/credence-platform 100444 tdx\n", "init 100555 \x7fELF and so on", "lib 040755", "lib/modules 040755",
		"lib/modules/00.ko 100444 b", "lib/modules/01.ko 100444 a", "proc 040755", "run 040755", "sys 040755", "tmp 040755",
	}, unpack(t, data))
	again, err := spec.Initramfs()
	require.NoError(t, err)
	require.Equal(t, data, again)
	if _, err := exec.LookPath("cpio"); err != nil {
		return
	}
	cmd := exec.Command("cpio", "--list", "--verbose", "--numeric-uid-gid")
	cmd.Stdin, cmd.Env = bytes.NewReader(data), []string{"TZ=UTC", "LC_ALL=C"}
	out, err := cmd.Output()
	require.NoError(t, err)
	require.Regexp(t, `-r-xr-xr-x +1 0 +0 +14 Jan +1 +1970 init\n`, string(out))
	require.Regexp(t, `crw------- +1 0 +0 +5, +1 Jan +1 +1970 dev/console\n`, string(out))
	require.Len(t, strings.Split(strings.TrimSpace(string(out)), "\n"), 13)
}

// unpack reads an archive of newc, as the kernel's documentation describes it.
func unpack(t *testing.T, data []byte) (out []string) {
	t.Helper()
	for at, inode := 0, uint64(1); ; inode++ {
		field := func(i int) uint64 {
			b, err := hex.DecodeString(string(data[at+6+8*i : at+14+8*i]))
			require.NoError(t, err)
			return uint64(binary.BigEndian.Uint32(b))
		}
		require.Equal(t, "070701", string(data[at:at+6]))
		mode, size, name := field(1), int(field(6)), string(data[at+110:at+110+int(field(11))-1])
		for _, i := range []int{2, 3, 5, 7, 8, 12} {
			require.Zero(t, field(i), "owner, time, device or checksum")
		}
		if name != "TRAILER!!!" {
			require.Equal(t, inode, field(0))
		}
		at = (at + 110 + len(name) + 1 + 3) &^ 3
		if name == "TRAILER!!!" {
			require.Empty(t, bytes.Trim(data[at:], "\x00"))
			return out
		}
		line := name + " 0" + strings.TrimLeft(octal(mode), "0")
		if size > 0 {
			line += " " + string(data[at:at+size])
		}
		out = append(out, strings.Replace(line, " 01", " 1", 1))
		at = (at + size + 3) &^ 3
	}
}

func octal(mode uint64) string {
	var digits []byte
	for ; mode > 0; mode /= 8 {
		digits = append(digits, byte('0'+mode%8))
	}
	slices.Reverse(digits)
	return string(digits)
}

// TestEveryPartIsMeasured: another program, platform, module or order of modules makes another image.
func TestEveryPartIsMeasured(t *testing.T) {
	whole, err := spec.Initramfs()
	require.NoError(t, err)
	_, id, err := spec.OCI("amd64")
	require.NoError(t, err)
	for name, change := range map[string]func(*Spec){
		"program":  func(s *Spec) { s.Program = []byte("\x7fELF and so om") },
		"platform": func(s *Spec) { s.Platform = attester.SEVSNP },
		"software": func(s *Spec) { s.Platform = attester.Software },
		"a module": func(s *Spec) { s.Modules = s.Modules[:1] },
		"order":    func(s *Spec) { s.Modules = [][]byte{s.Modules[1], s.Modules[0]} },
	} {
		other := spec
		change(&other)
		data, err := other.Initramfs()
		require.NoError(t, err)
		require.NotEqual(t, whole, data, name)
		_, otherID, err := other.OCI("amd64")
		require.NoError(t, err)
		require.NotEqual(t, id, otherID, name)
	}
	for name, change := range map[string]func(*Spec){
		"an unknown platform": func(s *Spec) { s.Platform = "sgx" },
		"a script":            func(s *Spec) { s.Program = []byte("#!/bin/sh") },
		"too many modules":    func(s *Spec) { s.Modules = make([][]byte, maxModules+1) },
	} {
		bad := spec
		change(&bad)
		_, err := bad.Initramfs()
		require.Error(t, err, name)
		_, _, err = bad.OCI("amd64")
		require.Error(t, err, name)
	}
}

// TestContainer: the container image has the same files, without devices, and starts the worker. Each digest in it is that of its file.
func TestContainer(t *testing.T) {
	files, id, err := spec.OCI("amd64")
	require.NoError(t, err)
	require.Equal(t, `{"imageLayoutVersion":"1.0.0"}`, string(files["oci-layout"]))
	blob := func(d oci.Descriptor) []byte {
		data := files["blobs/sha256/"+d.Digest.Encoded()]
		require.Equal(t, d.Digest.String(), artifact.Sum(data).String())
		require.EqualValues(t, len(data), d.Size)
		return data
	}
	var index oci.Index
	var whole oci.Manifest
	require.NoError(t, json.Unmarshal(files["index.json"], &index))
	require.Len(t, index.Manifests, 1)
	require.Equal(t, id.String(), index.Manifests[0].Digest.String())
	require.NoError(t, json.Unmarshal(blob(index.Manifests[0]), &whole))
	require.JSONEq(t, `{"architecture":"amd64","os":"linux","config":{"Entrypoint":["/init"]},"rootfs":{"type":"layers","diff_ids":["`+whole.Layers[0].Digest.String()+`"]}}`, string(blob(whole.Config)))
	var names []string
	in := tar.NewReader(bytes.NewReader(blob(whole.Layers[0])))
	for {
		h, err := in.Next()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		require.Zero(t, h.ModTime.Unix())
		require.Zero(t, h.Uid+h.Gid)
		names = append(names, h.Name)
	}
	require.Equal(t, []string{"dev/", "etc/", "etc/credence-platform", "init", "lib/", "lib/modules/", "lib/modules/00.ko", "lib/modules/01.ko", "proc/", "run/", "sys/", "tmp/"}, names)
	require.Len(t, files, 5)
}

func exampleSNP() SNP {
	return SNP{Firmware: ovmf.Make(ovmf.AmdSev()...), Kernel: []byte("a kernel"), Initramfs: []byte("a file system"), CommandLine: CommandLine, Processors: 1, Type: "EPYC-Milan", Features: 1}
}

// TestSNP: the measurements are those that sev-snp-measure 0.0.13, a program of others, computes of the same bytes.
func TestSNP(t *testing.T) {
	for _, c := range []struct {
		processors int
		kind       string
		features   uint64
		line, want string
	}{
		{1, "EPYC-Milan", 1, CommandLine, "9cf665a7eb42119f215dfee11a3c025d791183e6aa0f3a8a7bdfd6550d0dbaa0e2848a9d0d48fd36d1d0caf8836dc202"},
		{4, "EPYC-Genoa", 0x21, CommandLine, "54654be4453e574e748c51bbb6136dd4346886924a934aaeb25ad2f5a57a44f64843e6cf268ab7e889957495172a2783"},
		{2, "EPYC-Rome", 1, "", "7d900a11ad4593454454b5233acb913c326b532dbd75264ad506e9fba64596dc14c30d847e05aca5aec379eabb4530dd"},
		{1, "EPYC-Turin", 1, "x", "b5050d326901ee3909b74e01b8bcb9cc4f41de92da7d6eec99731b9275f216b53a908234686e7628bc09b001d9404888"},
		{1, "EPYC", 1, "x", "277b2b32fa2738fe40a33fb00195e36ee5cb474299128f9498ff75cadffac94ce7e6f6e4bdd63c0b39a46fbc06d10f43"},
	} {
		s := exampleSNP()
		s.Processors, s.Type, s.Features, s.CommandLine = c.processors, c.kind, c.features, c.line
		got, err := s.Measurement()
		require.NoError(t, err)
		require.Equal(t, c.want, hex.EncodeToString(got), c.kind)
	}
}

// TestSNPMeasuresEverything: every part that decides what runs changes the measurement.
func TestSNPMeasuresEverything(t *testing.T) {
	whole, err := exampleSNP().Measurement()
	require.NoError(t, err)
	for name, change := range map[string]func(*SNP){
		"kernel": func(s *SNP) { s.Kernel = []byte("a kernal") }, "file system": func(s *SNP) { s.Initramfs = nil }, "line": func(s *SNP) { s.CommandLine += " " },
		"firmware": func(s *SNP) { s.Firmware[page] ^= 1 }, "processors": func(s *SNP) { s.Processors++ }, "features": func(s *SNP) { s.Features = 3 },
		"type": func(s *SNP) { s.Type = "EPYC-Genoa" },
	} {
		s := exampleSNP()
		change(&s)
		got, err := s.Measurement()
		require.NoError(t, err, name)
		require.NotEqual(t, whole, got, name)
	}
}

// TestSNPRefuses: of a firmware that does not measure the kernel, or that cannot be read, nothing is computed.
func TestSNPRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*SNP)
		want   string
	}{
		"no place for hashes": {func(s *SNP) { s.Firmware = ovmf.Make(ovmf.AmdSev()[:4]...) }, "AmdSevX64"},
		"no table":            {func(s *SNP) { s.Firmware = make([]byte, page) }, "no table"},
		"no whole pages":      {func(s *SNP) { s.Firmware = s.Firmware[1:] }, "whole pages"},
		"nothing":             {func(s *SNP) { s.Firmware = nil }, "whole pages"},
		"no metadata":         {func(s *SNP) { s.Firmware[100] = 'B' }, "metadata"},
		"another version":     {func(s *SNP) { s.Firmware[108] = 2 }, "metadata"},
		"too many sections":   {func(s *SNP) { s.Firmware[115] = 1 }, "ends before"},
		"an unknown section":  {func(s *SNP) { s.Firmware = ovmf.Make(ovmf.Section{Size: page, Kind: 9}) }, "unknown kind 9"},
		"a huge section":      {func(s *SNP) { s.Firmware = ovmf.Make(ovmf.Section{Size: 1 << 31, Kind: 1}) }, "a section of"},
		"hashes of two pages": {func(s *SNP) { s.Firmware = ovmf.Make(ovmf.Section{Size: 2 * page, Kind: 16}) }, "page of hashes"},
		"no processor":        {func(s *SNP) { s.Processors = 0 }, "vcpus"},
		"an unknown type":     {func(s *SNP) { s.Type = "Xeon" }, "vcpu-type"},
	} {
		s := exampleSNP()
		c.change(&s)
		_, err := s.Measurement()
		require.ErrorContains(t, err, c.want, name)
	}
}

func FuzzFirmware(f *testing.F) {
	f.Add(ovmf.Make(ovmf.AmdSev()...))
	f.Add(ovmf.Make())
	f.Fuzz(func(t *testing.T, data []byte) {
		firmware, err := parseFirmware(data)
		if err == nil {
			require.LessOrEqual(t, 12*len(firmware.sections), len(data))
		}
	})
}

// TestRTMR2: the register is what a plain program in Python computes by the same rule.
func TestRTMR2(t *testing.T) {
	require.Equal(t, "1b463005b516067e1109372f816de949eacda6ff4bfb6805851ed718c54436fb1cbf5ce772a93e10265e8067eb7d0de2", hex.EncodeToString(RTMR2([]byte("a file system"), CommandLine)))
	require.NotEqual(t, RTMR2([]byte("a file system"), CommandLine), RTMR2([]byte("a file systen"), CommandLine))
	require.NotEqual(t, RTMR2([]byte("a file system"), CommandLine), RTMR2([]byte("a file system"), CommandLine+" x"))
}
