package remote

import (
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/hint"
)

func TestParse(t *testing.T) {
	const sha = "0123456789012345678901234567890123456789"
	const digest = "sha256:0123456789012345678901234567890123456789012345678901234567890123"
	for text, want := range map[string]reference{
		"https://example.com/a/b.git":                {URL: "https://example.com/a/b.git"},
		"https://example.com/a/b.git#main":           {URL: "https://example.com/a/b.git", Ref: "main"},
		"https://example.com/a/b.git#v1:sub/./dir/":  {URL: "https://example.com/a/b.git", Ref: "v1", Path: "sub/dir"},
		"https://example.com/a/b.git#:sub":           {URL: "https://example.com/a/b.git", Path: "sub"},
		"https://example.com/b.git#" + sha:           {URL: "https://example.com/b.git", Ref: sha, Revision: sha},
		"https://me@example.com/b.git#feature/x@1.2": {URL: "https://me@example.com/b.git", Ref: "feature/x@1.2"},
		"ssh://git@example.com:22/a/b":               {URL: "ssh://git@example.com:22/a/b"},
		"git@example.com:a/b.git#main:x":             {URL: "git@example.com:a/b.git", Ref: "main", Path: "x"},
		"http://127.0.0.1:8080/b.git":                {URL: "http://127.0.0.1:8080/b.git"},
		"http://localhost/b.git":                     {URL: "http://localhost/b.git"},
		"oci://example.com/a/b:1":                    {Kind: fromOCI, URL: "example.com/a/b:1"},
		"oci://a/b":                                  {Kind: fromOCI, URL: "a/b"},
		"oci://example.com/ab@" + digest:             {Kind: fromOCI, URL: "example.com/ab@" + digest, Revision: digest},
	} {
		if got, err := parse(text); err != nil || got != want {
			t.Errorf("%s\n got %+v, %v\nwant %+v", text, got, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"http://example.com/a.git":                   "http:// is not safe",
		"https://example.com/compose.yaml":           "no git repository",
		"git://example.com/a.git":                    `protocol "git"`,
		"file:///srv/a.git":                          `protocol "file"`,
		"ext::sh -c id.git":                          "protocol",
		"ftp://example.com/a.git":                    `protocol "ftp"`,
		"ssh://-oProxyCommand=id/a.git":              "",
		"git@-oProxyCommand=id:a.git":                "",
		"git@example.com:-a.git":                     "",
		"https://me:secret@example.com/a.git":        "password",
		"https:///a.git":                             "no host",
		"https://example.com/a.git#--upload-pack=id": "no branch",
		"https://example.com/a.git#a..b":             "no branch",
		"https://example.com/a.git#main:../x":        "leads out",
		"https://example.com/a.git#main:/etc":        "leads out",
		`https://example.com/a.git#main:a\..\b`:      "leads out",
		"oci://example.com/A B":                      "oci://REGISTRY",
		"oci://example.com/ab@sha256:12":             "",
	} {
		_, err := parse(text)
		if err == nil {
			t.Errorf("%s: accepted", text)
			continue
		}
		help := hint.Of(err)
		if !strings.Contains(err.Error()+help, want) {
			t.Errorf("%s: got %v (%s), want %q", text, err, help, want)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the password is in the message: %v", text, err)
		}
	}
}

func TestTrust(t *testing.T) {
	for _, tt := range []struct {
		entry, reference string
		want             bool
	}{
		{"https://example.com/acme/", "https://example.com/acme/a.git#main", true},
		{"https://example.com/acme", "https://example.com/acme/a.git", true},
		{"https://example.com/acme", "https://example.com/acmeevil/a.git", false},
		{"https://example.com", "https://example.com.evil/a.git", false},
		{"https://example.com/a.git", "https://example.com/a.git#main:x", true},
		{"oci://example.com/acme/a", "oci://example.com/acme/a:1", true},
		{"oci://example.com/acme/a", "oci://example.com/acme/ab:1", false},
		{"oci://example.com/acme/a:1", "oci://example.com/acme/a:10", false},
		{"git@example.com:acme/", "git@example.com:acme/a.git", true},
		{"https://", "https://example.com/a.git", false},
		{"https:", "https://example.com/a.git", false},
		{"oci:/", "oci://example.com/ab", false},
		{"", "https://example.com/a.git", false},
		{"https://example.com", "https://example.com@evil.com/a.git", false},
		{"https://example.com", "https://example.com:8443/a.git", false},
		{"ssh://git@example.com", "ssh://git@example.com:2222/a.git", false},
		{"oci://example.com", "oci://example.com:5000/stack", false},
		{"oci://example.com/acme/a", "oci://example.com/acme/a@sha256:" + strings.Repeat("0", 64), true},
		{"git@example.com", "git@example.com:a.git", true},
	} {
		ref, err := parse(tt.reference)
		if err != nil {
			t.Fatal(err)
		}
		if got := (trust{Remote: []string{tt.entry}}).covers(ref); got != tt.want {
			t.Errorf("%q covers %s: got %t, want %t", tt.entry, tt.reference, got, tt.want)
		}
	}
}
