package remote

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/internal/regular"
)

// trustFile is the name of the file in a project's folder that allows remote
// files: a list `remote:` of references, or of beginnings of references that
// end where a part of their path does.
const trustFile = "compose.trust.yaml"

type trust struct {
	Remote []string `yaml:"remote"`
}

func readTrust(dir string) (trust, error) {
	var t trust
	path := filepath.Join(dir, trustFile)
	text, err := regular.Read(path, maxListBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	if err != nil {
		return t, fmt.Errorf("reading the trust file: %w", err)
	}
	if err := yaml.Unmarshal(text, &t); err != nil {
		return t, unreadable(path, err)
	}
	return t, nil
}

// covers tells whether an entry is the reference's address, or leads to it.
func (t trust) covers(r reference) bool {
	address := r.URL
	if r.Kind == fromOCI {
		address = "oci://" + address
	}
	for _, entry := range t.Remote {
		entry = strings.TrimSpace(entry)
		rest, ok := strings.CutPrefix(address, entry)
		if !ok || entry == "" {
			continue
		}
		if rest == "" || strings.HasSuffix(entry, "/") || strings.ContainsRune(ends(entry), rune(rest[0])) {
			return strings.Contains(entry, "://") && !strings.HasSuffix(entry, "://") || strings.Contains(entry, "@")
		}
	}
	return false
}

// ends are the characters before which a part of an address ends that begins as
// an entry does. Behind a host that is "/" alone: ":" would go on with another
// port, and "@" would make a user's name of the host.
func ends(entry string) string {
	name, isOCI := strings.CutPrefix(entry, "oci://")
	switch {
	case isOCI && strings.Contains(name, "/"): // a repository's tag or digest
		return "/:@"
	case scpHost.MatchString(entry): // git@HOST and its path
		return "/:"
	}
	return "/"
}
