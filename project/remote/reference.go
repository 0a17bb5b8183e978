package remote

import (
	"fmt"
	"net"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/compose-orchestrator/compose/hint"
)

// kind is a kind of place that files come from.
type kind int

// The kinds of references.
const (
	fromGit kind = iota
	fromOCI
)

// reference is a remote file as it is named.
//
//	https://HOST/PATH.git[#[REF][:SUBPATH]]    also ssh://
//	git@HOST:PATH.git[#[REF][:SUBPATH]]
//	oci://[REGISTRY/]REPOSITORY[:TAG|@DIGEST]
//
// http:// is for this machine alone.
type reference struct {
	Kind     kind
	URL      string // of the repository, as git takes it; of the artifact, without the scheme
	Ref      string // git: a branch, tag or commit; "": the default branch
	Path     string // git: the file, or its folder, slash-separated; "": the root
	Revision string // where the reference itself says it: a full commit or digest; else ""
}

var (
	scpForm = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*@[A-Za-z0-9][A-Za-z0-9.-]*:[^-].*$`)
	scpHost = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*@[A-Za-z0-9][A-Za-z0-9.-]*$`)
	refForm = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_./+@-]*$`)
	commit  = regexp.MustCompile(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)
	digest  = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

// parse reads a reference. Its error is a *hint.Error.
func parse(text string) (reference, error) {
	if rest, ok := strings.CutPrefix(text, "oci://"); ok {
		return parseOCI(text, rest)
	}
	address, fragment, _ := strings.Cut(text, "#")
	r := reference{URL: address}
	if err := checkAddress(text, address); err != nil {
		return r, err
	}
	var sub string
	r.Ref, sub, _ = strings.Cut(fragment, ":")
	if r.Ref != "" && (!refForm.MatchString(r.Ref) || strings.Contains(r.Ref, "..")) {
		return r, refuse(text, fmt.Sprintf("%q is no branch, tag or commit", r.Ref), "write URL.git#BRANCH:FOLDER")
	}
	if sub != "" {
		r.Path = path.Clean(sub)
		if path.IsAbs(sub) || r.Path == ".." || strings.HasPrefix(r.Path, "../") || strings.Contains(sub, `\`) {
			return r, refuse(text, fmt.Sprintf("%q leads out of the repository", sub), "write a path below the repository's root")
		}
	}
	if commit.MatchString(r.Ref) {
		r.Revision = r.Ref
	}
	return r, nil
}

// revises tells whether a text is a revision of what the reference names: a full
// commit, or a digest.
func (r reference) revises(text string) bool {
	if r.Kind == fromOCI {
		return digest.MatchString(text)
	}
	return commit.MatchString(text)
}

func parseOCI(text, rest string) (reference, error) {
	ref, err := name.ParseReference(rest)
	if err != nil {
		return reference{}, refuse(text, err.Error(), "write oci://REGISTRY/REPOSITORY:TAG")
	}
	r := reference{Kind: fromOCI, URL: rest}
	if d, ok := ref.(name.Digest); ok {
		r.Revision = d.DigestStr()
	}
	return r, nil
}

// checkAddress refuses what git would take and nobody should fetch: other
// protocols, options in disguise, passwords in the open.
func checkAddress(text, address string) error {
	if scpForm.MatchString(address) {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil {
		return refuse(text, "it is no URL", "write https://HOST/PATH.git#BRANCH:FOLDER")
	}
	const protocols = "git repositories are fetched by https:// and ssh://, artifacts by oci://"
	switch {
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return refuse(text, "http:// is not safe", "use https://")
	case u.Scheme != "https" && u.Scheme != "ssh" && u.Scheme != "http":
		return refuse(text, fmt.Sprintf("the protocol %q is not supported", u.Scheme), protocols)
	case u.Hostname() == "" || strings.HasPrefix(u.Host, "-") || strings.HasPrefix(u.User.Username(), "-"):
		return refuse(text, "it names no host", "write https://HOST/PATH.git#BRANCH:FOLDER")
	case u.Scheme != "ssh" && !strings.HasSuffix(u.Path, ".git"):
		return refuse(text, "it is no git repository: its path does not end in .git", protocols)
	}
	if _, secret := u.User.Password(); secret {
		return refuse(strings.Replace(text, u.User.String()+"@", "", 1), "it has a password in it", "leave credentials to git's credential helpers")
	}
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func refuse(text, why, help string) error {
	return hint.New(fmt.Sprintf("remote file %s: %s", text, why), help)
}
