package artifact

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseImageConfig(t *testing.T) {
	layers := Manifest{Layers: make([]Descriptor, 1)}
	d := Sum([]byte("x")).String()
	c, err := ParseImageConfig(layers, []byte(`{"os":"linux","architecture":"arm64","config":{"Entrypoint":["/x"],"User":"root"},"rootfs":{"diff_ids":["`+d+`"]}}`))
	require.NoError(t, err)
	require.Equal(t, "linux/arm64", c.Platform)
	require.Equal(t, []string{"/x"}, c.Entrypoint)
	for data, want := range map[string]string{
		`{`: "configuration: ", `{"config":{"Cmd":["/x"]}}`: "names 0 layers, its manifest 1",
		`{"rootfs":{"diff_ids":["` + d + `"]}}`: "neither an entry point nor a command",
	} {
		_, err := ParseImageConfig(layers, []byte(data))
		require.ErrorContains(t, err, want)
	}
}

// TestChooseImage: the image for this machine is chosen from an index. A builder's index holds one image with attestations beside it; a
// registry's holds an image for each machine.
func TestChooseImage(t *testing.T) {
	entry := func(name, platform string) string {
		return `{"mediaType":"` + ManifestType + `","digest":"` + Sum([]byte(name)).String() + `","size":1` + platform + `}`
	}
	amd := entry("amd", `,"platform":{"os":"linux","architecture":"amd64"}`)
	arm := entry("arm", `,"platform":{"os":"linux","architecture":"arm64","variant":"v8"}`)
	signed := entry("signed", `,"platform":{"os":"unknown","architecture":"unknown"},"annotations":{"vnd.docker.reference.type":"attestation-manifest"}`)
	bare := entry("bare", "")
	for _, tc := range []struct{ entries, asked, want, err string }{
		{bare, "", "bare", ""},
		{bare, "linux/arm64", "bare", ""},
		{arm, "", "arm", ""}, // the only image, although it is for another machine
		{arm, "linux/amd64", "", "it has no image for linux/amd64, only for linux/arm64"},
		{amd + "," + signed, "", "amd", ""},
		{amd + "," + arm + "," + signed, "", "amd", ""},
		{amd + "," + arm, "linux/arm64", "arm", ""},
		{amd + "," + amd, "", "", "it has 2 images for linux/amd64, expected 1"},
		{bare + "," + bare, "", "", "does not say for which machines"},
		{signed, "", "", "it has no image"},
	} {
		entries, is := ParseIndex([]byte(`{"schemaVersion":2,"manifests":[` + tc.entries + `]}`))
		require.True(t, is)
		got, err := ChooseImage(entries, tc.asked, "linux/amd64")
		if tc.err != "" {
			require.ErrorContains(t, err, tc.err)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, Sum([]byte(tc.want)), got.Digest)
	}
	manifest, err := json.Marshal(Manifest{SchemaVersion: 2, MediaType: ManifestType})
	require.NoError(t, err)
	_, is := ParseIndex(manifest)
	require.False(t, is)
}
