package remote

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
)

// repository is a git repository, asked by the program git. git gets an empty
// repository of its own to fetch into and never checks anything out: its hooks,
// filters and submodules have no part in this. tree.go writes the files.
type repository struct {
	ref     reference
	environ []string
	sink    event.Sink
}

func (r *repository) folder(commit string) string {
	sum := sha256.Sum256([]byte(r.ref.URL))
	return "git-" + hex.EncodeToString(sum[:8]) + "-" + commit
}

func (r *repository) file(in *os.Root) (string, error) { return composeFile(in, r.ref.Path) }

// resolve asks the repository what the reference's branch or tag is. A commit
// is itself.
func (r *repository) resolve(ctx context.Context) (string, error) {
	if r.ref.Revision != "" {
		return r.ref.Revision, nil
	}
	out, err := r.git(ctx, "", "ls-remote", "--", r.ref.URL)
	if err != nil {
		return "", err
	}
	heads := map[string]string{}
	for line := range strings.Lines(string(out)) {
		id, ref, _ := strings.Cut(strings.TrimSpace(line), "\t")
		heads[ref] = id
	}
	wanted := []string{"HEAD"}
	if r.ref.Ref != "" {
		wanted = []string{"refs/heads/" + r.ref.Ref, "refs/tags/" + r.ref.Ref + "^{}", "refs/tags/" + r.ref.Ref, r.ref.Ref}
	}
	for _, ref := range wanted {
		if id := heads[ref]; commit.MatchString(id) {
			return id, nil
		}
	}
	return "", hint.New(fmt.Sprintf("%s has no branch or tag %q", r.ref.URL, cmp.Or(r.ref.Ref, "HEAD")),
		"a commit must be given in full")
}

// write fetches the commit and writes its files.
func (r *repository) write(ctx context.Context, commit string, into *os.Root) error {
	store, err := os.MkdirTemp("", "compose-git-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(store)
	if _, err := r.git(ctx, store, "init", "--quiet", "--bare", "--template=", store); err != nil {
		return err
	}
	fetch := []string{"fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--", r.ref.URL, commit}
	if _, err := r.git(ctx, store, fetch...); err != nil {
		return err
	}
	return r.checkout(ctx, store, commit, into)
}

// safety are the options of every call: nothing of the repository or the
// user's configuration is run but what the transport needs (proxies, keys,
// credential helpers).
var safety = []string{
	"-c", "core.hooksPath=" + os.DevNull,
	"-c", "core.fsmonitor=false",
	"-c", "fetch.fsckObjects=true",
	"-c", "fetch.recurseSubmodules=false",
	"-c", "core.bigFileThreshold=64m", // larger ones are not held in memory
	"-c", "gc.auto=0",
	"-c", "maintenance.auto=false",
	"-c", "protocol.ext.allow=never",
	"-c", "credential.interactive=false",
}

// What is kept of what git says.
const (
	maxAnswer  = 32 << 20 // bytes of an answer: refs, or a list of files
	maxFailure = 64 << 10 // bytes of what it says on stderr
)

// git calls the program, in a repository or none, and returns its output.
func (r *repository) git(ctx context.Context, store string, args ...string) ([]byte, error) {
	cmd := r.command(ctx, store, args...)
	out, stderr := &beginning{most: maxAnswer}, &beginning{most: maxFailure, silent: true}
	cmd.Stdout, cmd.Stderr = out, stderr
	err := cmd.Run()
	switch {
	case err == nil:
		return out.b, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case out.over:
		return nil, fmt.Errorf("git %s: its answer has more than %d MiB", args[0], maxAnswer>>20)
	case errors.Is(err, exec.ErrNotFound):
		return nil, hint.New("the program git is not there, and "+r.ref.URL+" needs it", "install git")
	}
	if text := strings.TrimSpace(string(stderr.b)); text != "" {
		return nil, fmt.Errorf("git %s: %s", args[0], text)
	}
	return nil, fmt.Errorf("git %s: %w", args[0], err)
}

// beginning keeps the beginning of what is written. Where more comes, the program
// cannot write on, unless silent.
type beginning struct {
	b            []byte
	most         int
	silent, over bool
}

var errTooMuch = errors.New("more than is kept")

func (b *beginning) Write(p []byte) (int, error) {
	n := min(len(p), b.most-len(b.b))
	b.b = append(b.b, p[:n]...)
	if n == len(p) || b.silent {
		return len(p), nil
	}
	b.over = true
	return n, errTooMuch
}

// endTime is how long git's output may stay open after its end.
const endTime = 2 * time.Second

// command prepares a call. It ends with all that git starts.
func (r *repository) command(ctx context.Context, store string, args ...string) *exec.Cmd {
	all := slices.Clone(safety)
	if store != "" {
		all = append(all, "--git-dir="+store)
	}
	cmd := limited(ctx, append(all, args...))
	cmd.Dir = store
	cmd.Env = r.environment()
	cmd.WaitDelay = endTime
	return cmd
}

// environment is the caller's without what points git at another repository,
// and with what keeps it from asking questions and from other protocols.
func (r *repository) environment() []string {
	drop := []string{
		"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
		"GIT_NAMESPACE", "GIT_TEMPLATE_DIR", "GIT_ASKPASS", "SSH_ASKPASS", "GIT_TERMINAL_PROMPT", "GIT_ALLOW_PROTOCOL", "GIT_PROTOCOL_FROM_USER",
	}
	env := slices.DeleteFunc(slices.Clone(r.environ), func(entry string) bool {
		key, _, _ := strings.Cut(entry, "=")
		return slices.Contains(drop, key)
	})
	allowed := "https:ssh"
	if strings.HasPrefix(r.ref.URL, "http://") {
		allowed = "http" // this machine's own; see checkAddress
	}
	env = append(env, "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS=", "GCM_INTERACTIVE=never", "GIT_ALLOW_PROTOCOL="+allowed, "LC_ALL=C")
	if !slices.ContainsFunc(env, func(entry string) bool { return strings.HasPrefix(entry, "GIT_SSH") }) {
		env = append(env, "GIT_SSH_COMMAND=ssh -oBatchMode=yes")
	}
	return env
}
