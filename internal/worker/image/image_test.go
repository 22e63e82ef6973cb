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

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/attester"
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
	blob := func(d descriptor) []byte {
		data := files["blobs/sha256/"+d.Digest.Hex()]
		require.Equal(t, d.Digest, artifact.Sum(data))
		require.Len(t, data, d.Size)
		return data
	}
	var index, whole manifest
	require.NoError(t, json.Unmarshal(files["index.json"], &index))
	require.Len(t, index.Manifests, 1)
	require.Equal(t, id, index.Manifests[0].Digest)
	require.NoError(t, json.Unmarshal(blob(index.Manifests[0]), &whole))
	require.JSONEq(t, `{"architecture":"amd64","os":"linux","config":{"Entrypoint":["/init"]},"rootfs":{"type":"layers","diff_ids":["`+whole.Layers[0].Digest.String()+`"]}}`, string(blob(*whole.Config)))
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

// ovmf makes a firmware of two pages: a table at its end as OVMF has one, and metadata with the sections of AmdSevX64.
func ovmf(sections ...section) []byte {
	data := bytes.Repeat([]byte{0x5a}, 2*page)
	at := len(data) - 32
	put := func(id string, value []byte) {
		b := slices.Concat(value, binary.LittleEndian.AppendUint16(nil, uint16(len(value)+18)), encodeGUID(id))
		at -= len(b)
		copy(data[at:], b)
	}
	u32 := func(n uint32) []byte { return binary.LittleEndian.AppendUint32(nil, n) }
	entries := (4+18)*2 + 8 + 18 + 1 + 18
	at -= 18
	copy(data[at:], slices.Concat(binary.LittleEndian.AppendUint16(nil, uint16(entries+18)), encodeGUID("96b582de-1fb2-45f7-baea-a366c55a082d")))
	put("7255371f-3a3b-4b04-927b-1da6efa8d454", slices.Concat(u32(0x80fc00), u32(0x400)))
	put("00000000-1111-2222-3333-444444444444", []byte{7})
	put("00f771de-1a7e-4fcb-890e-68c77e2fb44e", u32(0x80b004))
	put("dc886566-984a-4798-a75e-5585a7bf67cc", u32(uint32(len(data)-100)))
	meta := slices.Concat([]byte("ASEV"), u32(uint32(16+12*len(sections))), u32(1), u32(uint32(len(sections))))
	for _, s := range sections {
		meta = slices.Concat(meta, u32(s.at), u32(s.size), u32(s.kind))
	}
	copy(data[100:], meta)
	return data
}

// sev are the sections of OVMF's AmdSevX64, without their real sizes.
var sev = []section{{0x800000, 0x9000, 1}, {0x80a000, 0x3000, 1}, {0x80d000, page, 2}, {0x80e000, page, 3}, {0x811000, page, 4}, {0x80f000, page, 16}, {0x812000, 0x2000, 1}}

func exampleSNP() SNP {
	return SNP{Firmware: ovmf(sev...), Kernel: []byte("a kernel"), Initramfs: []byte("a file system"), CommandLine: CommandLine, Processors: 1, Type: "EPYC-Milan", Features: 1}
}

// TestSNP: the measurements are those that sev-snp-measure 0.0.13, a program of others, computes of the same bytes.
func TestSNP(t *testing.T) {
	for _, c := range []struct {
		processors int
		kind       string
		features   uint64
		line, want string
	}{
		{1, "EPYC-Milan", 1, CommandLine, "d32b14f6be23570526c92cb5b1b08efeedbc80cc9c1dc726c08c20a134c40a68e62c8efa2460cfafe71c564fd30d0d0d"},
		{4, "EPYC-Genoa", 0x21, CommandLine, "c467a279ca86d7f83b7ed6394dd073c8d58ea175c1cdd3b330e5154853643bdcf2c19ec5ece3e1abae0ff3c72033eb21"},
		{2, "EPYC-Rome", 1, "", "7df1bf6d90d78309b164c8f8cd8aa8460b514d6dd3752d17d9bbff4df72a1c531cd67fc94c25387dbd3bc549e1b28c41"},
		{1, "EPYC-Turin", 1, "x", "1f7fea19b145beb15fc231affa607207d5b801c7024531edaf588631146c9369bc536e365040cb2e4ed5cb99afef6253"},
		{1, "EPYC", 1, "x", "11adc3f04f8f51c5b31e5a80e5d641312884018bcc0faa62b31aeb7dfab11d993ef8ae5f3c0d12d59ed6872bc2820189"},
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
		"no place for hashes": {func(s *SNP) { s.Firmware = ovmf(sev[:4]...) }, "AmdSevX64"},
		"no table":            {func(s *SNP) { s.Firmware = make([]byte, page) }, "no table"},
		"no whole pages":      {func(s *SNP) { s.Firmware = s.Firmware[1:] }, "whole pages"},
		"nothing":             {func(s *SNP) { s.Firmware = nil }, "whole pages"},
		"no metadata":         {func(s *SNP) { s.Firmware[100] = 'B' }, "metadata"},
		"another version":     {func(s *SNP) { s.Firmware[108] = 2 }, "metadata"},
		"too many sections":   {func(s *SNP) { s.Firmware[115] = 1 }, "ends before"},
		"an unknown section":  {func(s *SNP) { s.Firmware = ovmf(section{0, page, 9}) }, "unknown kind 9"},
		"a huge section":      {func(s *SNP) { s.Firmware = ovmf(section{0, 1 << 31, 1}) }, "a section of"},
		"hashes of two pages": {func(s *SNP) { s.Firmware = ovmf(section{0, 2 * page, 16}) }, "page of hashes"},
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
	f.Add(ovmf(sev...))
	f.Add(ovmf())
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
