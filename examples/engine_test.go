package examples

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// engine asks the container engine directly: what compose left behind is no
// question to ask compose.
var engine = dialEngine(os.Getenv("DOCKER_HOST"))

type engineClient struct {
	pruning sync.Mutex

	http *http.Client
	host string

	mu     sync.Mutex // guards below
	failed error      // the first pull that failed: no registry, so no second try
}

// dialEngine takes the value of DOCKER_HOST: unix:// or tcp://, "" for the
// default socket.
func dialEngine(host string) *engineClient {
	if host == "" {
		host = "unix:///var/run/docker.sock"
	}
	network, address, _ := strings.Cut(host, "://")
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}}
	return &engineClient{http: &http.Client{Transport: transport}, host: host}
}

// do calls the engine and decodes the answer into out. Without out, the answer
// to a POST is followed to its end and that to a DELETE is not looked at.
func (e *engineClient) do(ctx context.Context, method, path string, body io.Reader, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://engine"+path, body)
	if err != nil {
		return err
	}
	resp, err := e.http.Do(req)
	if err != nil {
		return fmt.Errorf("asking the engine at %s: %w", e.host, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		text, _ := io.ReadAll(resp.Body)
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, strings.TrimSpace(string(text)))
	}
	switch {
	case out != nil:
		return json.NewDecoder(resp.Body).Decode(out)
	case method == http.MethodPost:
		return progress(resp.Body)
	}
	return nil
}

// progress reads a stream of messages to its end: an error stands in one of
// them, since the status was sent before it happened.
func progress(r io.Reader) error {
	for d := json.NewDecoder(r); ; {
		var message struct{ Error string }
		switch err := d.Decode(&message); {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case message.Error != "":
			return fmt.Errorf("%s", message.Error)
		}
	}
}

// hasImage tells whether the engine has the image or can pull it.
func (e *engineClient) hasImage(ctx context.Context, ref string) error {
	var found struct{ ID string }
	if e.do(ctx, http.MethodGet, "/images/"+ref+"/json", nil, &found) == nil {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.failed != nil {
		return e.failed
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	name, tag, _ := strings.Cut(ref, ":")
	if tag == "" {
		tag = "latest"
	}
	query := url.Values{"fromImage": {name}, "tag": {tag}}
	err := e.do(ctx, http.MethodPost, "/images/create?"+query.Encode(), nil, nil)
	if err != nil && !strings.Contains(err.Error(), "not found") {
		e.failed = err
	}
	return err
}

// containers are the ids of the project's containers, by service.
func (e *engineClient) containers(ctx context.Context, project string) (map[string]string, error) {
	var list []struct {
		ID     string `json:"Id"`
		Labels map[string]string
	}
	err := e.do(ctx, http.MethodGet, "/containers/json?all=1&"+labelled(project), nil, &list)
	ids := map[string]string{}
	for _, c := range list {
		ids[c.Labels["com.docker.compose.service"]] = c.ID
	}
	return ids, err
}

// exitCode is that of a container; -1 while it runs.
func (e *engineClient) exitCode(ctx context.Context, id string) (int, error) {
	var c struct {
		State struct {
			Running  bool
			ExitCode int
		}
	}
	err := e.do(ctx, http.MethodGet, "/containers/"+id+"/json", nil, &c)
	if err == nil && c.State.Running {
		return -1, nil
	}
	return c.State.ExitCode, err
}

// leftovers are the containers, networks, volumes and tagged images that carry
// the project's label, each as the path at which it is deleted.
func (e *engineClient) leftovers(ctx context.Context, project string) ([]string, error) {
	var containers, networks, images []struct {
		ID string `json:"Id"`
	}
	var volumes struct{ Volumes []struct{ Name string } }
	filter := labelled(project)
	err := errors.Join(
		e.do(ctx, http.MethodGet, "/containers/json?all=1&"+filter, nil, &containers),
		e.do(ctx, http.MethodGet, "/networks?"+filter, nil, &networks),
		e.do(ctx, http.MethodGet, "/volumes?"+filter, nil, &volumes),
		e.do(ctx, http.MethodGet, "/images/json?"+filter, nil, &images),
	)
	var paths []string
	for _, c := range containers {
		paths = append(paths, "/containers/"+c.ID+"?force=1")
	}
	for _, n := range networks {
		paths = append(paths, "/networks/"+n.ID)
	}
	for _, v := range volumes.Volumes {
		paths = append(paths, "/volumes/"+v.Name)
	}
	for _, i := range images {
		paths = append(paths, "/images/"+i.ID+"?force=1")
	}
	return paths, err
}

// pruneUntagged removes the project's images that a newer build took the name of.
func (e *engineClient) pruneUntagged(ctx context.Context, project string) error {
	e.pruning.Lock() // the engine refuses a second prune meanwhile
	defer e.pruning.Unlock()
	var report any
	return e.do(ctx, http.MethodPost, "/images/prune?"+labelled(project), nil, &report)
}

func labelled(project string) string {
	filter, _ := json.Marshal(map[string][]string{"label": {"com.docker.compose.project=" + project}})
	return "filters=" + url.QueryEscape(string(filter))
}

// needImages skips the test where one of the images can neither be found nor pulled.
func needImages(t *testing.T, refs ...string) {
	t.Helper()
	for _, ref := range refs {
		if err := engine.hasImage(t.Context(), ref); err != nil {
			t.Skipf("needs the image %s: %v", ref, err)
		}
	}
}

// goImage is an image to build Go programs with: the official one, or where no
// registry serves it a stand-in made of this machine's toolchain.
func goImage(t *testing.T) string {
	t.Helper()
	const official = "golang:1.26-alpine"
	if engine.hasImage(t.Context(), official) == nil {
		return official
	}
	standIn := "compose-example-golang:" + runtime.Version()
	var found struct{ ID string }
	if engine.do(t.Context(), http.MethodGet, "/images/"+standIn+"/json", nil, &found) == nil {
		return standIn
	}
	needImages(t, "alpine:latest")
	if runtime.GOOS != "linux" {
		t.Skipf("needs the image %s, and this machine's toolchain is not Linux's", official)
	}
	r, w := io.Pipe()
	go func() { w.CloseWithError(toolchain(w)) }()
	defer r.Close()
	if err := engine.do(t.Context(), http.MethodPost, "/build?t="+url.QueryEscape(standIn), r, nil); err != nil {
		t.Fatalf("building %s: %v", standIn, err)
	}
	return standIn
}

// toolchain writes the context of the stand-in image: as much of GOROOT as it
// takes to build a program.
func toolchain(w io.Writer) error {
	const dockerfile = `FROM alpine:latest
COPY go /usr/local/go
ENV PATH=/usr/local/go/bin:$PATH GOTOOLCHAIN=local GOPROXY=off
`
	archive := tar.NewWriter(w)
	header := &tar.Header{Name: "Dockerfile", Mode: 0o644, Size: int64(len(dockerfile))}
	if err := archive.WriteHeader(header); err != nil {
		return err
	}
	if _, err := io.WriteString(archive, dockerfile); err != nil {
		return err
	}
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("asking go for its GOROOT: %w", err)
	}
	root := strings.TrimSpace(string(out))
	for _, part := range []string{"VERSION", "go.env", "bin", "pkg", "src"} {
		err := filepath.WalkDir(filepath.Join(root, part), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && d.Name() == "testdata":
				return filepath.SkipDir
			case !d.Type().IsRegular() || strings.HasSuffix(path, "_test.go"):
				return nil
			}
			return addFile(archive, root, path)
		})
		if err != nil {
			return err
		}
	}
	return archive.Close()
}

func addFile(archive *tar.Writer, root, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	name, err := filepath.Rel(root, path)
	if err != nil {
		return err
	}
	header := &tar.Header{Name: "go/" + filepath.ToSlash(name), Mode: int64(info.Mode().Perm()), Size: info.Size()}
	if err := archive.WriteHeader(header); err != nil {
		return err
	}
	_, err = io.Copy(archive, f)
	return err
}
