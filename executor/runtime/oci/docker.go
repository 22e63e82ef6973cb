//go:build linux

package oci

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/pkg/stdcopy"
	dockercontainer "github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/client"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
)

const (
	defaultSocket = "/var/run/docker.sock"
	// imageName is the repository under which the engine keeps this runtime's images; the tag is the digest of the manifest.
	imageName = "credence/app"
	// Labels of this runtime's containers: the folder of the worker that started it, and its room there.
	labelFolder, labelRoom = "credence.folder", "credence.room"
)

// docker uses a Docker Engine. The engine must run on this machine, because it and the worker use the same folders.
type docker struct {
	api    *client.Client
	socket string
	folder string
}

func newDocker(c runtime.OCI, folder string) (engine, error) {
	socket := c.Path
	if socket == "" {
		socket = defaultSocket
	}
	api, err := client.New(client.WithHost("unix://" + socket))
	if err != nil {
		return nil, fmt.Errorf("engine docker: %w", err)
	}
	return &docker{api: api, socket: socket, folder: folder}, nil
}

func (d *docker) checkEngine(ctx context.Context) error {
	if _, err := d.api.Ping(ctx, client.PingOptions{NegotiateAPIVersion: true}); err != nil {
		return fmt.Errorf("engine docker at %s: %w; start it, or say where its socket is (path)", d.socket, err)
	}
	info, err := d.api.Info(ctx, client.InfoOptions{})
	if err != nil {
		return fmt.Errorf("engine docker: %w", err)
	}
	filtered := slices.ContainsFunc(info.Info.SecurityOptions, func(o string) bool {
		return strings.HasPrefix(o, "name=seccomp") && !strings.Contains(o, "unconfined")
	})
	var missing []string
	for what, there := range map[string]bool{
		"the default filter of system calls": filtered, "memory limits": info.Info.MemoryLimit, "swap limits": info.Info.SwapLimit,
		"processor quotas": info.Info.CPUCfsQuota, "limits of processes": info.Info.PidsLimit,
	} {
		if !there {
			missing = append(missing, what)
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return fmt.Errorf("engine docker lacks %s, without which no container is run", strings.Join(missing, ", "))
	}
	return nil
}

func (d *docker) referenceOf(img image) string { return imageName + ":" + img.Digest.Hex() }

// holdImage sends the engine an archive with the image's configuration and its unpacked layers. The engine compares each layer
// with the configuration's digests.
func (d *docker) holdImage(ctx context.Context, img image, layers []string) error {
	r, w := io.Pipe()
	go func() { w.CloseWithError(writeArchive(w, img, d.referenceOf(img), layers)) }()
	res, err := d.api.ImageLoad(ctx, r, client.ImageLoadWithQuiet(true))
	if err != nil {
		r.CloseWithError(err)
		return err
	}
	defer res.Close()
	for dec := json.NewDecoder(res); ; {
		var line struct {
			Error string `json:"error"`
		}
		switch err := dec.Decode(&line); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case line.Error != "":
			return fmt.Errorf("engine docker: %s", line.Error)
		}
	}
}

// writeArchive writes the archive that "docker save" writes.
func writeArchive(to io.Writer, img image, reference string, layers []string) error {
	w := tar.NewWriter(to)
	config := artifact.Sum(img.RawConfig).Hex() + ".json"
	names := make([]string, len(layers))
	for i := range layers {
		names[i] = fmt.Sprintf("%03d.tar", i)
	}
	manifest, err := json.Marshal([]map[string]any{{"Config": config, "RepoTags": []string{reference}, "Layers": names}})
	if err != nil {
		return err
	}
	for name, data := range map[string][]byte{config: img.RawConfig, "manifest.json": manifest} {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(data))}); err != nil {
			return err
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
	}
	for i, layer := range layers {
		if err := addFile(w, names[i], layer); err != nil {
			return err
		}
	}
	return w.Close()
}

func addFile(w *tar.Writer, name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: info.Size()}); err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return err
}

// holdsImage compares the layers that the engine has under the image's name with those of the image.
func (d *docker) holdsImage(ctx context.Context, img image) (bool, error) {
	got, err := d.api.ImageInspect(ctx, d.referenceOf(img))
	if errdefs.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("engine docker: %w", err)
	}
	want := make([]string, len(img.Config.DiffIDs))
	for i, id := range img.Config.DiffIDs {
		want[i] = id.String()
	}
	return slices.Equal(got.RootFS.Layers, want), nil
}

func (d *docker) dropImage(ctx context.Context, img image) error {
	_, err := d.api.ImageRemove(ctx, d.referenceOf(img), client.ImageRemoveOptions{})
	if errdefs.IsNotFound(err) {
		return nil
	}
	return err
}

func (d *docker) runContainer(ctx context.Context, c container) (end ending, err error) {
	// If the caller goes away meanwhile, there must not be a container whose id nobody knows.
	create, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanWithin)
	defer cancel()
	created, err := d.api.ContainerCreate(create, d.createOptions(c))
	if err != nil {
		return end, d.asTrouble(ctx, err)
	}
	defer func() {
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanWithin)
		defer cancel()
		err = errors.Join(err, d.removeContainer(clean, created.ID))
	}()
	if context.Cause(ctx) != nil {
		return end, context.Cause(ctx)
	}
	attached, err := d.api.ContainerAttach(ctx, created.ID, client.ContainerAttachOptions{Stream: true, Stdin: c.stdin != nil, Stdout: true, Stderr: true})
	if err != nil {
		return end, d.asTrouble(ctx, err)
	}
	defer attached.Close()
	copied := make(chan error, 1)
	go func() {
		_, err := stdcopy.StdCopy(c.stdout, c.stderr, attached.Reader)
		copied <- err
	}()
	ended := d.api.ContainerWait(ctx, created.ID, client.ContainerWaitOptions{Condition: dockercontainer.WaitConditionNextExit})
	if _, err := d.api.ContainerStart(ctx, created.ID, client.ContainerStartOptions{}); err != nil {
		if context.Cause(ctx) != nil {
			return end, context.Cause(ctx)
		}
		return end, notStarted("engine docker", err.Error())
	}
	if c.stdin != nil {
		go func() {
			_, _ = io.Copy(attached.Conn, c.stdin) // an app need not read it
			_ = attached.CloseWrite()
		}()
	}
	select {
	case <-ctx.Done():
		return end, context.Cause(ctx)
	case err := <-ended.Error:
		return end, d.asTrouble(ctx, err)
	case res := <-ended.Result:
		end.exit = int(res.StatusCode)
	}
	// What the container printed ends with the container.
	select {
	case <-ctx.Done():
		return end, context.Cause(ctx)
	case err := <-copied:
		if err != nil {
			return end, d.asTrouble(ctx, err)
		}
	}
	state, err := d.api.ContainerInspect(ctx, created.ID, client.ContainerInspectOptions{})
	if err != nil {
		return end, d.asTrouble(ctx, err)
	}
	end.outOfMemory = state.Container.State.OOMKilled
	return end, nil
}

// asTrouble returns an error of the engine, or the reason why the context ended.
func (d *docker) asTrouble(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return fmt.Errorf("engine docker: %w", err)
}

func (d *docker) removeContainer(ctx context.Context, id string) error {
	_, err := d.api.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	if err == nil || errdefs.IsNotFound(err) {
		return nil
	}
	return fmt.Errorf("engine docker: %w", err)
}

func (d *docker) listRunning(ctx context.Context) ([]string, error) {
	list, err := d.listContainers(ctx, "")
	if err != nil {
		return nil, err
	}
	var rooms []string
	for _, c := range list {
		rooms = append(rooms, c.Labels[labelRoom])
	}
	return rooms, nil
}

// listContainers lists this runtime's containers, of one room or of all.
func (d *docker) listContainers(ctx context.Context, room string) ([]dockercontainer.Summary, error) {
	filters := client.Filters{}.Add("label", labelFolder+"="+d.folder)
	if room != "" {
		filters.Add("label", labelRoom+"="+room)
	}
	res, err := d.api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: filters})
	if err != nil {
		return nil, fmt.Errorf("engine docker: %w", err)
	}
	return res.Items, nil
}

func (d *docker) reapContainer(ctx context.Context, room string) error {
	list, err := d.listContainers(ctx, room)
	for _, c := range list {
		err = errors.Join(err, d.removeContainer(ctx, c.ID))
	}
	return err
}

// createOptions returns the engine's settings for a container.
func (d *docker) createOptions(c container) client.ContainerCreateOptions {
	pids, noInit := int64(pidsMax), false
	memory := map[string]string{}
	for _, path := range c.temporaryFolders() {
		memory[path] = fmt.Sprintf("rw,noexec,nosuid,nodev,mode=1777,size=%d", tmpBytes)
	}
	limit := func(name string, n uint64) *dockercontainer.Ulimit {
		return &dockercontainer.Ulimit{Name: name, Soft: int64(n), Hard: int64(n)}
	}
	host := &dockercontainer.HostConfig{
		NetworkMode: "none", ReadonlyRootfs: true, CapDrop: []string{"ALL"}, SecurityOpt: []string{"no-new-privileges:true"},
		IpcMode: "private", ShmSize: tmpBytes, Tmpfs: memory, OomScoreAdj: 500, Init: &noInit,
		LogConfig: dockercontainer.LogConfig{Type: "none"},
		Resources: dockercontainer.Resources{
			Memory: int64(c.memory), MemorySwap: int64(c.memory), NanoCPUs: int64(c.cpus * 1e9), PidsLimit: &pids,
			Ulimits: []*dockercontainer.Ulimit{
				limit("nofile", filesMax), limit("core", 0), limit("fsize", c.fileBytes), limit("cpu", c.cpuSeconds),
			},
		},
	}
	if len(c.devices) > 0 {
		host.DeviceRequests = []dockercontainer.DeviceRequest{{Driver: "cdi", DeviceIDs: c.devices}}
	}
	for _, path := range inFolders {
		host.Mounts = append(host.Mounts, mount.Mount{Type: mount.TypeBind, Source: c.in, Target: path, ReadOnly: !c.writable})
	}
	for _, path := range outFolders {
		host.Mounts = append(host.Mounts, mount.Mount{Type: mount.TypeBind, Source: c.out, Target: path})
	}
	// The entry point is set completely, so that the engine adds nothing from the image.
	config := &dockercontainer.Config{
		Hostname: hostname, User: fmt.Sprintf("%d:%d", nobody, nobody), Env: c.environment(), Image: d.referenceOf(c.image),
		WorkingDir: c.workingFolder(), Entrypoint: c.startCommand(), NetworkDisabled: true,
		AttachStdin: c.stdin != nil, OpenStdin: c.stdin != nil, StdinOnce: c.stdin != nil, AttachStdout: true, AttachStderr: true,
		Labels:      map[string]string{labelFolder: d.folder, labelRoom: c.room},
		Healthcheck: &dockercontainer.HealthConfig{Test: []string{"NONE"}},
	}
	return client.ContainerCreateOptions{Name: "credence-" + c.room, Config: config, HostConfig: host}
}
