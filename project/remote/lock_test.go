package remote

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

// validated says what docs/schema/NAME.json refuses of a YAML text.
func validated(t *testing.T, name, text string) error {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile("../../docs/schema/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return schema.Validate(value)
}

// TestListsHaveSchemas: the lock file as it is written, and trust files.
func TestListsHaveSchemas(t *testing.T) {
	dir := t.TempDir()
	l, err := readLock(dir)
	if err != nil {
		t.Fatal(err)
	}
	for key, revision := range map[string]string{
		"oci://example.com/stack": "sha256:" + strings.Repeat("0", 64), "https://example.com/a.git": strings.Repeat("a", 40),
	} {
		if err := l.add(key, revision); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(l.path)
	if err != nil {
		t.Fatal(err)
	}
	if err := validated(t, "lock", string(text)); err != nil {
		t.Error(err)
	}
	for text, want := range map[string]bool{
		"remote: [\"https://example.com/acme/\", \"oci://example.com/stack\", \"git@example.com:acme/\"]": true,
		"remote: [acme]":                      false, // it covers nothing
		"remote: [\"\"]":                      false,
		"remotes: [\"https://example.com/\"]": false,
	} {
		if err := validated(t, "trust", text); (err == nil) != want {
			t.Errorf("%s: %v, want %v", text, err, want)
		}
	}
}

// TestLockIsChecked: a pin becomes the name of a folder of the cache, and the
// lock file comes with the project.
func TestLockIsChecked(t *testing.T) {
	commit, digest := strings.Repeat("0", 40), "sha256:"+strings.Repeat("0", 64)
	for _, test := range []struct {
		key, pin, want string
	}{
		{"https://example.com/a.git", commit, ""},
		{"https://example.com/a.git", strings.Repeat("a", 64), ""},
		{"oci://example.com/stack", digest, ""},
		{"oci://example.com/stack", "x/../../../etc", "is no revision of"},
		{"https://example.com/a.git", commit + "/../../x", "is no revision of"},
		{"https://example.com/a.git", digest, "is no revision of"},
		{"https://example.com/a.git", commit[:7], "is no revision of"},
		{"oci://example.com/stack", commit, "is no revision of"},
		{"oci://example.com/stack", "", "is no revision of"},
		{"oci://example.com/stack", digest + "\\n", "is no revision of"},
		{"/etc/passwd", commit, "remote file /etc/passwd"},
	} {
		dir := t.TempDir()
		text := "remote:\n  \"" + test.key + "\": \"" + test.pin + "\"\n"
		if err := os.WriteFile(filepath.Join(dir, lockFile), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := readLock(dir)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %s: got %v, want %q", test.key, test.pin, err, test.want)
		}
		if valid := validated(t, "lock", text); (valid == nil) != (err == nil) && test.key != "/etc/passwd" {
			t.Errorf("%s: %s: the schema says %v, the program %v", test.key, test.pin, valid, err)
		}
	}
}
