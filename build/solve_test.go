package build

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/client"
	bkclient "github.com/moby/buildkit/client"
)

var dockerfileHere = dockerfile{dir: "/app", name: "Dockerfile"}

// frontendCases are jobs, and what the frontend is asked for.
var frontendCases = []struct {
	name string
	job  job
	w    worker
	want map[string]string // "filename" is checked apart
	err  string
}{
	{name: "nothing", job: job{file: dockerfileHere}, want: map[string]string{}},
	{
		name: "what a step sees",
		job: job{
			file: dockerfileHere, target: "last", args: map[string]string{"A": "1", "E": ""}, labels: map[string]string{"l": "v"},
			hosts: []string{"a=1.2.3.4", "b=[::1]", "c=host-gateway"}, shmSize: 64 << 20, network: "none",
			ulimits: []ulimit{{"nofile", 100, 200}, {"nproc", 5, 5}},
		},
		w: worker{hostGateway: "172.17.0.1"},
		want: map[string]string{
			"target": "last", "build-arg:A": "1", "build-arg:E": "", "label:l": "v", "add-hosts": "a=1.2.3.4,b=::1,c=172.17.0.1",
			"shm-size": "67108864", "force-network-mode": "none", "ulimit": "nofile=100:200,nproc=5:5",
		},
	},
	{
		name: "caches",
		job:  job{file: dockerfileHere, noCache: true, noCacheStages: []string{"a"}, pull: true},
		want: map[string]string{"no-cache": "", "image-resolve-mode": "pull"},
	},
	{
		name: "some stages anew", job: job{file: dockerfileHere, noCacheStages: []string{"a", "b"}},
		want: map[string]string{"no-cache": "a,b"},
	},
	{
		name: "contexts",
		job: job{file: dockerfileHere, named: []namedContext{
			{name: "lib", dir: "/lib"}, {name: "base", service: "base", spec: "docker-image://demo-base"},
		}},
		want: map[string]string{"context:lib": "local:" + localName("/lib"), "context:base": "docker-image://demo-base"},
	},
	{
		name: "remote context", job: job{file: dockerfile{name: "D"}, context: location{url: "https://x/y.git"}},
		want: map[string]string{"context": "https://x/y.git"},
	},
	{
		name: "remote context, Dockerfile here", job: job{file: dockerfile{name: "D", data: []byte("FROM x")}, context: location{url: "https://x/y.git"}},
		want: map[string]string{"context": "https://x/y.git", "dockerfilekey": "dockerfile"},
	},
	{
		name: "platform", job: job{file: dockerfileHere, platforms: []string{"linux/arm64"}},
		want: map[string]string{"platform": "linux/arm64"},
	},
	{
		name: "platforms", job: job{file: dockerfileHere, platforms: []string{"linux/arm64", "linux/amd64"}}, w: worker{multiPlatform: true},
		want: map[string]string{"platform": "linux/arm64,linux/amd64"},
	},
	{
		name: "platforms, classic store", job: job{file: dockerfileHere, platforms: []string{"linux/arm64", "linux/amd64"}},
		err: "Multi-platform build is not supported for the docker driver.",
	},
	{
		name: "attestations", job: job{file: dockerfileHere, provenance: "mode=max", sbom: "true"}, w: worker{multiPlatform: true},
		want: map[string]string{"attest:provenance": "mode=max", "attest:sbom": ""},
	},
	{name: "no attestations", job: job{file: dockerfileHere, provenance: "false", sbom: "0"}, want: map[string]string{}},
	{
		name: "attestations, classic store", job: job{file: dockerfileHere, sbom: "true"},
		err: "build.sbom: Attestation is not supported for the docker driver",
	},
	{name: "network", job: job{file: dockerfileHere, network: "mine"}, err: `network mode "mine" not supported by buildkit`},
	{name: "no gateway", job: job{file: dockerfileHere, hosts: []string{"a=host-gateway"}}, err: "host-gateway"},
}

func TestFrontendAttrs(t *testing.T) {
	for _, test := range frontendCases {
		t.Run(test.name, func(t *testing.T) {
			got, err := frontendAttrs(test.job, test.w)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got %v, want %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got["filename"] != test.job.file.name {
				t.Errorf("filename: got %q", got["filename"])
			}
			delete(got, "filename")
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestAllowed(t *testing.T) {
	j := job{privileged: true, network: "host", entitlements: []string{"network.host"}}
	if got, want := allowed(j), []string{"network.host", "security.insecure"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := allowed(job{}); len(got) > 0 {
		t.Errorf("got %v, want none", got)
	}
}

func TestCacheEntries(t *testing.T) {
	got, err := cacheEntries([]string{"reg.example/x:1", "type=registry,ref=y,mode=max", "type=local,src=cache", `type=inline`}, "/proj")
	want := []bkclient.CacheOptionsEntry{
		{Type: "registry", Attrs: map[string]string{"ref": "reg.example/x:1"}},
		{Type: "registry", Attrs: map[string]string{"ref": "y", "mode": "max"}},
		{Type: "local", Attrs: map[string]string{"src": "/proj/cache"}},
		{Type: "inline", Attrs: map[string]string{}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	for _, bad := range []string{"ref=x", "type=registry,x"} {
		if got, err := cacheEntries([]string{bad}, "/proj"); err == nil {
			t.Errorf("%s: got %v, want an error", bad, got)
		}
	}
}

func TestSSHAgents(t *testing.T) {
	p := projectOf(t, `
services:
  web: {build: {context: ., ssh: [default, "k=/keys/k"]}}
`, map[string]string{"Dockerfile": "FROM scratch"})
	j, err := resolve(p, "web", options(map[string]string{"SSH_AUTH_SOCK": "/run/agent"}, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	if want := []sshAgent{{"default", "/run/agent"}, {"k", "/keys/k"}}; !slices.Equal(j.ssh, want) {
		t.Errorf("got %v, want %v", j.ssh, want)
	}
	_, err = resolve(p, "web", options(nil, Options{}))
	if err == nil || !strings.Contains(err.Error(), "invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set") {
		t.Errorf("without an agent: got %v", err)
	}
}

// TestOldBuildKit: one before Docker 23 would ignore named contexts.
func TestOldBuildKit(t *testing.T) {
	named := []namedContext{{name: "below", spec: "docker-image://alpine"}}
	plain, ahead := []byte("FROM below"), []byte("# syntax=docker/dockerfile:1\nFROM below")
	for _, tt := range []struct {
		version string
		job     job
		ok      bool
	}{
		{"1.41", job{named: named, file: dockerfile{data: plain}}, false},
		{"1.41", job{named: named, file: dockerfile{data: ahead}}, true},
		{"1.41", job{file: dockerfile{data: plain}}, true},
		{"1.42", job{named: named, file: dockerfile{data: plain}}, true},
	} {
		c, err := client.NewClientWithOpts(client.WithVersion(tt.version))
		if err != nil {
			t.Fatal(err)
		}
		k := &buildkit{b: &Builder{c: c}}
		if err := k.knowsContexts(tt.job); (err == nil) != tt.ok {
			t.Errorf("%s, %q: got %v", tt.version, tt.job.file.data, err)
		}
	}
}
