package kubernetes

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"sigs.k8s.io/yaml"
)

const bases = "../../docker/kubernetes"

// Every base is built by kustomize, and a cluster would know each field of what comes out.
func TestBases(t *testing.T) {
	folders, err := os.ReadDir(bases)
	if err != nil || len(folders) != 3 {
		t.Fatalf("%d bases, expected 3: %v", len(folders), err)
	}
	for _, folder := range folders {
		objects, err := Build(filepath.Join(bases, folder.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if len(objects) != 2 {
			t.Errorf("%s has %d objects, expected a service and a set", folder.Name(), len(objects))
		}
		if err := Check(objects...); err != nil {
			t.Errorf("%s: %v", folder.Name(), err)
		}
	}
}

// Each mistake in a base is found.
func TestMistakes(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(bases, "nodes", "node.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := check(t, text); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"an unknown field":             {"automountServiceAccountToken: false", "automountServiceAccountTokens: false"},
		"a field at a wrong place":     {"  replicas: 1", "  replicas: 1\n  readOnlyRootFilesystem: true"},
		"a field that is there twice":  {"  replicas: 1", "  replicas: 1\n  replicas: 2"},
		"a wrong type":                 {"replicas: 1", "replicas: one"},
		"a wrong quantity":             {"memory: 2Gi", "memory: 2GiB"},
		"a request beyond its limit":   {"memory: 2Gi", "memory: 20Gi"},
		"an unknown kind":              {"kind: StatefulSet", "kind: StatefulSets"},
		"an unknown version":           {"apiVersion: apps/v1", "apiVersion: apps/v1beta1"},
		"a name that is none":          {"metadata: {name: credence-node}", "metadata: {name: Credence_Node}"},
		"a label that is none":         {"      labels: {app: credence-node}", "      labels: {app: credence-node, other: \"a b\"}"},
		"a selector of other pods":     {"matchLabels: {app: credence-node}", "matchLabels: {app: credence-nodes}"},
		"a service that is not there":  {"serviceName: credence-node", "serviceName: credence-nodes"},
		"a service that selects none":  {"selector: {app: credence-node}\n  ports", "selector: {app: other}\n  ports"},
		"a port that is nobody's":      {"{name: rest, port: 1317}", "{name: rest, port: 1318}"},
		"a probe at an unknown port":   {"livenessProbe: {httpGet: {path: /health, port: rpc}", "livenessProbe: {httpGet: {path: /health, port: web}"},
		"a volume that is not there":   {"- {name: home, mountPath: /home/credence}", "- {name: house, mountPath: /home/credence}"},
		"a volume that nobody mounts":  {"- {name: tmp, emptyDir: {}}", "- {name: tmp, emptyDir: {}}\n        - {name: more, emptyDir: {}}"},
		"two volumes at one path":      {"- {name: genesis, mountPath: /genesis, readOnly: true}", "- {name: genesis, mountPath: /tmp, readOnly: true}"},
		"a port with a name too long":  {"{name: metrics, containerPort: 26660}", "{name: metrics-of-the-node, containerPort: 26660}"},
		"a container without an image": {"image: credence/node:latest", "image: \"\""},
	} {
		changed := bytes.Replace(text, []byte(change[0]), []byte(change[1]), 1)
		if bytes.Equal(text, changed) {
			t.Errorf("%s: node.yaml has no %q", name, change[0])
		}
		if err := check(t, changed); err == nil {
			t.Errorf("%s is not found", name)
		} else {
			t.Logf("%s: %v", name, err)
		}
	}
}

// check checks the documents of a file.
func check(t *testing.T, text []byte) error {
	t.Helper()
	var objects [][]byte
	for _, doc := range bytes.Split(text, []byte("\n---\n")) {
		object, err := yaml.YAMLToJSONStrict(doc)
		if err != nil {
			return err
		}
		objects = append(objects, object)
	}
	return Check(objects...)
}
