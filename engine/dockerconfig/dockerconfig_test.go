package dockerconfig

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/docker/docker/api/types/registry"
)

// TestCredentials reads config.json as docker login writes it.
func TestCredentials(t *testing.T) {
	dir := t.TempDir()
	helper := "#!/bin/sh\necho '{\"Username\":\"<token>\",\"Secret\":\"identity\"}'\n"
	if err := os.WriteFile(filepath.Join(dir, "docker-credential-do"), []byte(helper), 0o755); err != nil {
		t.Fatal(err)
	}
	config := `{"auths":{"https://index.docker.io/v1/":{"auth":"bWU6cHc="}},"credHelpers":{"reg.example":"do"},
		"proxies":{"default":{"httpProxy":"http://p:1"}}}`
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))

	c := File{Dir: dir}
	for ref, want := range map[string]registry.AuthConfig{
		"nginx":             {Username: "me", Password: "pw", ServerAddress: dockerHub},
		"reg.example/a/b:1": {IdentityToken: "identity", ServerAddress: "reg.example"},
		"other.example/x":   {},
	} {
		header, err := c.RegistryAuth(ref)
		if err != nil {
			t.Fatal(err)
		}
		got, err := registry.DecodeAuthConfig(header)
		if err != nil {
			t.Fatal(err)
		}
		if *got != want {
			t.Errorf("%s: got %+v, want %+v", ref, *got, want)
		}
	}
	if got := c.ProxyEnv("unix:///x")["HTTP_PROXY"]; got != "http://p:1" {
		t.Errorf("proxy: got %q", got)
	}
	if _, err := c.RegistryAuth("Not A Reference"); err == nil {
		t.Error("a bad reference is no error")
	}
}
