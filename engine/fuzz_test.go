package engine

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/client"

	"github.com/compose-orchestrator/compose/engine/dial"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project"
)

// answering is a client whose engine answers everything with a text.
func answering(t testing.TB, text []byte) *client.Client {
	t.Helper()
	c, err := client.NewClientWithOpts(client.WithHost("tcp://engine:2375"), client.WithVersion("1.47"),
		client.WithHTTPClient(&http.Client{Transport: dial.Bounded(roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{
				StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
				Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(text)),
			}, nil
		}))}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// FuzzEvents: of an engine's events those of the project are shown in their order,
// without our labels and without one-off containers, as JSON that says the same.
func FuzzEvents(f *testing.F) {
	for _, seed := range []string{
		`{"Type":"container","Action":"start","Actor":{"ID":"1f","Attributes":{"image":"x","name":"demo-web-1","com.docker.compose.service":"web"}},"timeNano":1767323045000000000}`,
		`{"Action":"die","Actor":{"Attributes":{"com.docker.compose.oneoff":"True","exitCode":"1"}}} {"Action":"exec_create: sh -c \"a\nb\""}`,
		`{"timeNano":-1}{"timeNano":9223372036854775807}`, `{"Actor":null}`, `[]`, `{"timeNano":1e30}`, "", "null", "{", `{"Action":"\ud800"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		var want []events.Message
		for d := json.NewDecoder(bytes.NewReader(said)); ; {
			var m events.Message
			if d.Decode(&m) != nil {
				break
			}
			if m.Actor.Attributes[project.LabelOneOff] != project.OneOffTrue {
				want = append(want, m)
			}
		}
		n := 0
		err := Happenings(t.Context(), answering(t, said), HappeningsOptions{Project: "demo"}, func(h Happening) error {
			if n >= len(want) || h.ID != want[n].Actor.ID || h.Action != string(want[n].Action) || h.Time.UnixNano() != want[n].TimeNano {
				t.Fatalf("event %d of %q is %+v", n, said, h)
			}
			n++
			for key := range h.Attributes {
				if strings.HasPrefix(key, project.LabelPrefix) || strings.HasPrefix(key, project.OwnLabelPrefix) {
					t.Errorf("our label %q is shown", key)
				}
			}
			text, err := json.Marshal(h)
			var back Happening
			if err != nil || json.Unmarshal(text, &back) != nil || back.String() != h.String() {
				t.Errorf("%s is written as %s, %v, which is %s", h, text, err, back)
			}
			return nil
		})
		if err == nil {
			t.Errorf("the stream ended after %d events, and nobody says so", n)
		}
		// The end may be told before the last events are: both are on channels.
		if n > len(want) {
			t.Errorf("%d events of %d", n, len(want))
		}
	})
}

// FuzzProgress: whatever an engine says of a pull, a layer's progress has a name and
// is no negative number.
func FuzzProgress(f *testing.F) {
	for _, seed := range []string{
		`{"status":"Downloading","progressDetail":{"current":5,"total":10},"id":"ab"}{"status":"Pull complete","id":"ab"}`,
		`{"errorDetail":{"message":"no"},"error":"no"}`, `{"id":"a","progressDetail":{"current":-5,"total":-1}}`, `{"status":5}`, `[`, `{"id":"a","status":"Mounted from x"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		messages := bytes.Count(said, []byte("{"))
		d := &Doer{o: DoerOptions{Sink: func(e event.Event) {
			p, ok := e.(event.Part)
			if messages--; !ok || p.ID == "" || p.Current < 0 || p.Total < 0 || messages < 0 {
				t.Errorf("%q: %+v", said, e)
			}
		}}}
		_ = d.report(event.Ref{}, bytes.NewReader(said))
	})
}

// holding is a client of a container that has one archive at all paths.
type holding struct {
	Client
	archive []byte
	stat    container.PathStat
	asked   int
}

func (h *holding) CopyFromContainer(context.Context, string, string) (io.ReadCloser, container.PathStat, error) {
	h.asked++
	return io.NopCloser(bytes.NewReader(h.archive)), h.stat, nil
}

// tarOf is an archive of one file.
func tarOf(t testing.TB, name, content string, mode int64) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	err := w.WriteHeader(&tar.Header{Name: name, Mode: mode, Size: int64(len(content)), Typeflag: tar.TypeReg})
	if err == nil {
		_, err = io.WriteString(w, content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// FuzzHolds: a container that says it has a file has sent its content, and was asked
// twice at most, wherever its links lead.
func FuzzHolds(f *testing.F) {
	f.Add(tarOf(f, "f", "content", 0o644), "content", uint32(0), "")
	f.Add(tarOf(f, "f", "contenT", 0o644), "content", uint32(0), "")
	f.Add(tarOf(f, "f", "content", 0o755), "content", uint32(0), "")
	f.Add(tarOf(f, "f", "other", 0o644), "content", uint32(fs.ModeSymlink), "/f")
	f.Add([]byte(strings.Repeat("x", 600)), "", uint32(fs.ModeSymlink), "../../f")
	source := filepath.Join(f.TempDir(), "f")
	f.Fuzz(func(t *testing.T, archive []byte, content string, mode uint32, link string) {
		if err := os.WriteFile(source, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		h := &holding{archive: archive, stat: container.PathStat{Mode: fs.FileMode(mode), LinkTarget: link}}
		s := NewSyncer(h, SyncOptions{})
		holds, err := s.Holds(t.Context(), "id", []SyncWrite{{Target: "/app/f", Source: source, Mode: 0o644}})
		if err != nil || len(holds) != 1 {
			t.Fatal(holds, err)
		}
		if holds[0] && !bytes.Contains(archive, []byte(content)) {
			t.Errorf("%q is held by %q", content, archive)
		}
		if h.asked > 2 {
			t.Errorf("asked %d times", h.asked)
		}
	})
}

// FuzzTextFile: what is read of a container's /etc/passwd is in what came, and no more
// than the limit; an owner is found or is root.
func FuzzTextFile(f *testing.F) {
	f.Add(tarOf(f, "passwd", "root:x:0:0:root:/root:/bin/sh\nme:x:1000:1001::/:\n", 0o644), "me")
	f.Add(tarOf(f, "passwd", "me:x:-5:99999999999999999999\n::::\nme", 0o644), "me")
	f.Add([]byte("x"), "")
	f.Fuzz(func(t *testing.T, archive []byte, user string) {
		d := &Doer{c: &holding{archive: archive}}
		text, err := d.textFile(t.Context(), "id", "/etc/passwd")
		if err != nil {
			return
		}
		if len(text) > maxTextFile {
			t.Errorf("%d bytes", len(text))
		}
		uid, gid := passwdEntry(text, user)
		if group := groupEntry(text, user); uid < 0 || gid < 0 || group < 0 {
			t.Errorf("%q is %d:%d and %d by %q", user, uid, gid, group, text)
		}
	})
}

// FuzzDependsOn: whatever a label says, dependencies have names without the signs that
// part them, in order, and a label made of them says the same.
func FuzzDependsOn(f *testing.F) {
	for _, seed := range []string{"db:service_healthy:false,cache:service_started:true", "", ",", "::", "a", "a:b:c:d", "b,a", "a:,a::true"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, label string) {
		on := parseDependsOn(label)
		var parts []string
		for i, d := range on {
			if d.Service == "" || strings.ContainsAny(d.Service, ":,") || i > 0 && on[i-1].Service > d.Service {
				t.Errorf("%q: %+v", label, on)
			}
			restart := ":false"
			if d.Restart {
				restart = ":true"
			}
			parts = append(parts, d.Service+":"+d.Condition+restart)
		}
		again := parseDependsOn(strings.Join(parts, ","))
		if len(again) != len(on) {
			t.Fatalf("%q: %+v, and again %+v", label, on, again)
		}
		for i := range on {
			if on[i] != again[i] {
				t.Errorf("%q: %+v, and again %+v", label, on[i], again[i])
			}
		}
	})
}

// FuzzAgentAnswers: whatever comes in the place of an agent's answers, none is longer
// than the limit, and no more is read for one.
func FuzzAgentAnswers(f *testing.F) {
	gobs := func(all ...any) []byte {
		var b bytes.Buffer
		for e := gob.NewEncoder(&b); len(all) > 0; all = all[1:] {
			if err := e.Encode(all[0]); err != nil {
				f.Fatal(err)
			}
		}
		return b.Bytes()
	}
	f.Add(gobs(agentAnswer{}, agentAnswer{Link: "/a", To: "/b"}, agentAnswer{Error: "no"}))
	f.Add(gobs("text", 5))
	f.Add(gobs(agentAnswer{Error: strings.Repeat("x", 2*agentAnswerBytes)}))
	f.Add([]byte{0xfc, 0x3f, 0xff, 0xff, 0xff, 'x'})
	f.Fuzz(func(t *testing.T, said []byte) {
		in := bytes.NewReader(said)
		answers := newAgentAnswers(in)
		for range 100 {
			before := in.Len()
			got, err := answers.next()
			if read := before - in.Len(); read > agentAnswerBytes {
				t.Errorf("%d bytes are read for an answer", read)
			}
			if err != nil {
				return
			}
			if n := len(got.Link) + len(got.To) + len(got.Error); n > agentAnswerBytes+gobAhead {
				t.Errorf("an answer of %d bytes", n)
			}
		}
	})
}

// gobAhead is how much a decoder may have read of the next answer.
const gobAhead = 4 << 10

// TestAgentAnswerIsBounded: an answer without an end is refused when it is too long.
func TestAgentAnswerIsBounded(t *testing.T) {
	endless := io.MultiReader(bytes.NewReader([]byte{0xfc, 0x3f, 0xff, 0xff, 0xff}), zeros{})
	if _, err := newAgentAnswers(endless).next(); err == nil || !strings.Contains(err.Error(), "more than 65536 bytes") {
		t.Errorf("got %v", err)
	}
	var said beginning
	if n, err := io.CopyN(&said, zeros{}, 1<<20); n != 1<<20 || err != nil || len(said.String()) != maxBeginning {
		t.Errorf("%d bytes are taken, %v, and %d kept", n, err, len(said.String()))
	}
}

// zeros is an endless text.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// FuzzContainers: whatever an engine lists, and whatever labels containers have, each
// is one container, each place that one comes from is there once, and numbers count.
func FuzzContainers(f *testing.F) {
	for _, seed := range []string{
		`[{"Id":"1","Names":["/demo-web-1"],"State":"running","Status":"Up 2 seconds (healthy)","Created":1,"Labels":{"com.docker.compose.project":"demo","com.docker.compose.service":"web","com.docker.compose.config-hash":"x","com.docker.compose.oneoff":"False","com.docker.compose.container-number":"-1","com.docker.compose.depends_on":"db:x:true","com.docker.compose.project.config_files":"/a,,/b","com.docker.compose.project.working_dir":"/w"}}]`,
		`[{"Id":"1","Labels":{"com.docker.compose.oneoff":"False","com.docker.compose.project.config_files":","}},{"Id":"1","Labels":{"com.docker.compose.oneoff":"False"}}]`,
		`[{"Names":null,"Status":"Exited (-1) now","State":"exited"},{"Names":[""],"Status":"Exited (","NetworkSettings":{"Networks":{"a":null}},"Ports":[{"PublicPort":65535}],"Mounts":[{}]}]`, `[null]`, `{}`, `[{"Labels":{"com.docker.compose.container-number":"99999999999999999999","com.docker.compose.config-hash":"","com.docker.compose.oneoff":"False"}}]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, list []byte) {
		entries := bytes.Count(list, []byte("{")) + bytes.Count(list, []byte("null"))
		c := answering(t, list)
		containers, err := listContainers(t.Context(), c, ObserveOptions{Name: "demo"})
		if err != nil {
			return
		}
		if len(containers) > entries {
			t.Errorf("%d containers of %q", len(containers), list)
		}
		for _, found := range containers {
			if found.Number < 0 {
				t.Errorf("the number %d by %q", found.Number, found.Labels[project.LabelNumber])
			}
		}
		origins, err := Origins(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, o := range origins {
			key, err := json.Marshal(o)
			if err != nil || seen[string(key)] {
				t.Errorf("%s is there twice, %v", key, err)
			}
			seen[string(key)] = true
		}
		if _, err := Projects(t.Context(), c, ProjectsOptions{All: true}); err != nil {
			t.Error(err)
		}
	})
}

// FuzzStats: whatever numbers an engine has, there is JSON of them.
func FuzzStats(f *testing.F) {
	for _, seed := range []string{
		`{"cpu_stats":{"cpu_usage":{"total_usage":5},"system_cpu_usage":18446744073709551615,"online_cpus":0},"memory_stats":{"usage":5,"limit":0,"stats":{"inactive_file":9}}}`,
		`{"precpu_stats":{"cpu_usage":{"total_usage":18446744073709551615}},"memory_stats":{"usage":18446744073709551615,"limit":1}}`, `{}`, `{"networks":{"a":{"rx_bytes":18446744073709551615},"b":{"rx_bytes":1}}}`, `{"blkio_stats":{"io_service_bytes_recursive":[{"op":"r","value":1},{"op":""}]}}`, `{"read":"0001-01-01T00:00:00Z","preread":"9999-01-01T00:00:00Z"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		_ = sampling{of: Listed{Name: "a"}}.read(t.Context(), answering(t, said), func(s Stats) error {
			if _, err := json.Marshal(s); err != nil {
				t.Errorf("%s: %v", said, err)
			}
			return nil
		})
	})
}
