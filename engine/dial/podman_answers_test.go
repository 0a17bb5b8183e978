//go:build unix

package dial

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"

	"github.com/compose-orchestrator/compose/engine/api"
)

// libpodAnswers are what Podman 4.3 said, in short, by method and path without the version.
var libpodAnswers = map[string]string{
	"GET /containers/json": `[
		{"Id":"79a1dfbc3c2f647dd5df38d46e3a4b52","Image":"docker.io/library/alpine:latest","Ports":[{"PrivatePort":80,"PublicPort":18144,"Type":"tcp"},{"IP":"127.0.0.1","PrivatePort":81,"PublicPort":81,"Type":"tcp"},{"PrivatePort":82,"Type":"tcp"}],"NetworkSettings":{"Networks":{"n":{"Aliases":["web","79a1dfbc3c2f"]}}}},
		{"Id":"27881eaea3980000","Image":"localhost/mine:1","NetworkSettings":{"Networks":{"n":{"Aliases":["web","79a1dfbc3c2f"]}}}},
		{"Id":"1111","Image":"quay.io/a/b:latest","NetworkSettings":{"Networks":null}}]`,
	"GET /containers/x/json": `{"Id":"x","State":{},"HostConfig":{},"Config":{},"NetworkSettings":{"Ports":{"80/tcp":[{"HostIp":"","HostPort":"18144"}],"81/tcp":null}}}`,
	"GET /networks/n":        `{"Id":"n","Containers":{"79a1dfbc3c2f647dd5df38d46e3a4b52":{},"27881eaea3980000":{}}}`,
	"GET /images/json":       `[{"Id":"i","RepoTags":["docker.io/library/demo-web:latest","localhost/x:1"]}]`,
	"GET /events":            `{"Type":"container","Action":"remove","Actor":{"ID":"a"}}` + "\n" + `{"Type":"container","Action":"die","Actor":{"ID":"b"}}` + "\n" + `{"Type":"container","Action":"exec_died","Actor":{"ID":"c"}}` + "\n",

	"GET /libpod/containers/json":          `[{"Id":"a","Status":"healthy"},{"Id":"b","Status":""}]`,
	"GET /libpod/containers/x/healthcheck": `{"Status":"healthy"}`,
}

// podmanHere is a Podman that has libpodAnswers, and the requests that it got.
func podmanHere(t *testing.T) (*Conn, *[]string) {
	var asked []string
	l, err := net.Listen("unix", filepath.Join(shortDir(t), "p.sock"))
	if err != nil {
		t.Fatal(err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parts := strings.SplitN(r.URL.Path, "/", 3)
		what := r.Method + " /" + parts[len(parts)-1]
		asked = append(asked, what+"?"+r.URL.RawQuery)
		switch answer, known := libpodAnswers[what]; {
		case r.URL.Path == "/_ping":
			w.Header().Set("Api-Version", "1.41")
			w.Header().Set("Libpod-Api-Version", "4.3.1")
			w.Header().Set("Server", "Libpod/4.3.1 (linux)")
		case what == "POST /containers/x/wait":
			code := map[string]string{"next-exit": "3", "removed": "0"}[r.URL.Query().Get("condition")]
			_, _ = io.WriteString(w, `{"StatusCode":`+code+`}`)
		case what == "GET /containers/x/archive":
			w.Header().Set("X-Docker-Container-Path-Stat", "e30=")
			_, _ = w.Write(podmanFolder(t))
		case what == "HEAD /containers/x/archive": // of a link to nothing
			w.Header().Set("Server", "Libpod/4.3.1 (linux)")
			w.Header().Set("X-Docker-Container-Path-Stat", base64.StdEncoding.EncodeToString([]byte(`{"name":"conf","mode":134218239,"linkTarget":"/data/conf"}`)))
			w.WriteHeader(http.StatusNotFound)
		case what == "POST /containers/x/restart":
			w.WriteHeader(http.StatusNoContent)
		case what == "POST /containers/created/exec":
			w.Header().Set("Server", "Libpod/4.3.1 (linux)")
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = io.WriteString(w, `{"cause":"container state improper","message":"can only create exec sessions on running containers: container state improper","response":500}`)
		case known:
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, answer)
		default:
			w.WriteHeader(http.StatusConflict)
			_, _ = io.WriteString(w, `{"message":"port 80 is taken"}`)
		}
	})}}
	s.Start()
	t.Cleanup(s.Close)
	return dialHere(t, Options{Host: "unix://" + l.Addr().String()}), &asked
}

// podmanFolder is an archive of /srv.
func podmanFolder(t *testing.T) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range []string{"srv/", "srv/a"} {
		kind := byte(tar.TypeReg)
		if strings.HasSuffix(name, "/") {
			kind = tar.TypeDir
		}
		if err := w.WriteHeader(&tar.Header{Name: name, Typeflag: kind, Mode: 0o755}); err != nil {
			t.Error(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	return b.Bytes()
}

// TestPodmanLists: what Podman lists is told in Docker's words.
func TestPodmanLists(t *testing.T) {
	conn, _ := podmanHere(t)
	list, err := conn.Client.ContainerList(t.Context(), container.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if ports := list[0].Ports; ports[0].IP != "0.0.0.0" || ports[1].IP != "127.0.0.1" || ports[2].IP != "" {
		t.Errorf("ports: %+v", ports)
	}
	for i, want := range []string{"alpine", "localhost/mine:1", "quay.io/a/b"} {
		if list[i].Image != want {
			t.Errorf("image: got %s, want %s", list[i].Image, want)
		}
	}
	if list[0].NetworkSettings == nil || list[0].HostConfig.NetworkMode != "" {
		t.Errorf("the owner of a network: %+v", list[0])
	}
	if list[1].NetworkSettings != nil || list[1].HostConfig.NetworkMode != "container:"+list[0].ID {
		t.Errorf("one that shares it: %+v", list[1])
	}
	n, err := conn.Client.NetworkInspect(t.Context(), "n", network.InspectOptions{})
	if _, owner := n.Containers[list[0].ID]; err != nil || len(n.Containers) != 1 || !owner {
		t.Errorf("the network: %+v, %v", n.Containers, err)
	}
	images, err := conn.Client.ImageList(t.Context(), image.ListOptions{})
	if err != nil || !slices.Equal(images[0].RepoTags, []string{"demo-web:latest", "localhost/x:1"}) {
		t.Errorf("images: %+v, %v", images, err)
	}
	c, err := conn.Client.ContainerInspect(t.Context(), "x")
	if err != nil || c.NetworkSettings.Ports["80/tcp"][0].HostIP != "0.0.0.0" {
		t.Errorf("ports of one: %+v, %v", c.NetworkSettings, err)
	}
}

// TestPodmanWait: the exit code of a container that removes itself is not lost.
func TestPodmanWait(t *testing.T) {
	conn, _ := podmanHere(t)
	for _, condition := range []container.WaitCondition{container.WaitConditionRemoved, container.WaitConditionNextExit} {
		result, failed := conn.Client.ContainerWait(t.Context(), "x", condition)
		select {
		case got := <-result:
			if got.StatusCode != 3 {
				t.Errorf("%s: code %d, want 3", condition, got.StatusCode)
			}
		case err := <-failed:
			t.Errorf("%s: %v", condition, err)
		}
	}
}

// TestPodmanEvents: they have Docker's names, all of them come, and filters mean them.
func TestPodmanEvents(t *testing.T) {
	conn, asked := podmanHere(t)
	messages, failed := conn.Client.Events(t.Context(), events.ListOptions{Filters: filters.NewArgs(filters.Arg("event", "destroy"))})
	var got []events.Action
	for ended := false; !ended; {
		select {
		case m := <-messages:
			got = append(got, m.Action)
		case err := <-failed:
			if !errors.Is(err, io.EOF) {
				t.Error(err)
			}
			ended = true
		}
	}
	if want := []events.Action{"destroy", "die", "exec_die"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if query := (*asked)[len(*asked)-1]; !strings.Contains(query, "destroy") || !strings.Contains(query, "remove") {
		t.Errorf("asked for %s", query)
	}
}

// TestPodmanConflict: a container in another state is no fault of the engine's.
func TestPodmanConflict(t *testing.T) {
	conn, _ := podmanHere(t)
	_, err := conn.Client.ContainerExecCreate(t.Context(), "created", container.ExecOptions{Cmd: []string{"true"}})
	if !errdefs.IsConflict(err) || !strings.Contains(err.Error(), "on running containers") {
		t.Errorf("got %v, want a conflict", err)
	}
}

// TestPodmanLinkToNothing: a link is there, whatever it leads to.
func TestPodmanLinkToNothing(t *testing.T) {
	conn, _ := podmanHere(t)
	stat, err := conn.Client.ContainerStatPath(t.Context(), "x", "/conf")
	if err != nil || stat.LinkTarget != "/data/conf" {
		t.Errorf("got %+v, %v, want the link", stat, err)
	}
}

// TestPodmanRestart: a container has its time to end, which Podman has to be asked for.
func TestPodmanRestart(t *testing.T) {
	conn, asked := podmanHere(t)
	two := 2
	for _, o := range []container.StopOptions{{}, {Timeout: &two}} {
		if err := conn.Client.ContainerRestart(t.Context(), "x", o); err != nil {
			t.Error(err)
		}
	}
	for _, want := range []string{"POST /containers/x/restart?t=10", "POST /containers/x/restart?t=2"} {
		if !slices.Contains(*asked, want) {
			t.Errorf("%s is not among %q", want, *asked)
		}
	}
}

// TestPodmanFolder: a folder's content is below ".", as docker cp's rules take it.
func TestPodmanFolder(t *testing.T) {
	conn, _ := podmanHere(t)
	for from, want := range map[string][]string{"/srv/.": {"./", "./a"}, "/srv": {"srv/", "srv/a"}} {
		content, _, err := conn.Client.CopyFromContainer(t.Context(), "x", from)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		r := tar.NewReader(content)
		for h, err := r.Next(); err == nil; h, err = r.Next() {
			names = append(names, h.Name)
		}
		if err := content.Close(); err != nil {
			t.Error(err)
		}
		if !slices.Equal(names, want) {
			t.Errorf("%s: got %q, want %q", from, names, want)
		}
	}
}

// TestPodmanOwnAPI: health, and why a container cannot be attached to.
func TestPodmanOwnAPI(t *testing.T) {
	conn, _ := podmanHere(t)
	if err := conn.Checks.CheckHealth(t.Context(), "x"); err != nil {
		t.Error(err)
	}
	if err := conn.Checks.CheckHealth(t.Context(), "y"); err == nil || !strings.Contains(err.Error(), "port 80 is taken") {
		t.Errorf("got %v", err)
	}
	healths, err := conn.Checks.Healths(t.Context(), "a=b")
	if err != nil || healths["a"] != "healthy" || healths["b"] != "" {
		t.Errorf("healths: %v, %v", healths, err)
	}
	_, err = conn.Client.ContainerAttach(t.Context(), "x", container.AttachOptions{})
	if err == nil || !strings.Contains(err.Error(), "port 80 is taken") {
		t.Errorf("got %v", err)
	}
}

// TestUnknownAPIVersion: an engine that is newer than this program is talked to in the
// newest version that this one knows.
func TestUnknownAPIVersion(t *testing.T) {
	host := listen(t, greeter{api: "1.99", server: "Docker/99.0.0 (linux)"}, filepath.Join(shortDir(t), "d.sock"))
	known := dialHere(t, Options{Host: listen(t, docker28, filepath.Join(shortDir(t), "d.sock"))})
	conn := dialHere(t, Options{Host: host})
	if conn.Engine.APIVersion != known.Engine.APIVersion || conn.Engine.Version != "99.0.0" || conn.Checks != nil {
		t.Errorf("got %+v, want API %s", conn.Engine, known.Engine.APIVersion)
	}
}

// many is an engine with a hundred thousand containers that share the network of one that
// is not there.
type many struct{ api.Client }

func (many) ContainerList(context.Context, container.ListOptions) ([]container.Summary, error) {
	list := make([]container.Summary, 100_000)
	for i := range list {
		list[i].ID = fmt.Sprintf("%064x", i)
		list[i].NetworkSettings = &container.NetworkSettingsSummary{Networks: map[string]*network.EndpointSettings{"n": {Aliases: []string{"79a1dfbc3c2f"}}}}
	}
	return list, nil
}

// TestManyShareNetworks: the time grows with the containers, not with their square, which
// would be over a minute here that no signal ends.
func TestManyShareNetworks(t *testing.T) {
	list, err := podman{Client: many{}}.ContainerList(t.Context(), container.ListOptions{})
	if err != nil || list[99_999].HostConfig.NetworkMode != "container:79a1dfbc3c2f" {
		t.Errorf("got %v", err)
	}
}
