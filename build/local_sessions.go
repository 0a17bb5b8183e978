package build

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/filesync"
	"github.com/tonistiigi/fsutil"
	fstypes "github.com/tonistiigi/fsutil/types"

	"github.com/compose-orchestrator/compose/project"
)

// localSessions are the sessions through which BuildKit reads folders that
// several builds use. It takes two requests for one folder of one session for
// the same request, and so asks for the files once; requests through the
// builds' own sessions it cannot tell to be equal.
type localSessions struct {
	shared map[string]bool // folders worth a session
	dial   session.Dialer

	running sync.WaitGroup
	mu      sync.Mutex // guards below
	open    map[string]*session.Session
}

func newLocalSessions(shared map[string]bool, dial session.Dialer) *localSessions {
	return &localSessions{shared: shared, dial: dial, open: map[string]*session.Session{}}
}

// session returns the id of the folder's session, which it opens for the first
// who asks; "" where the folder has one reader only. ctx is not the session's:
// that lives until close.
func (l *localSessions) session(ctx context.Context, dir string) (id string, err error) {
	if !l.shared[dir] {
		return "", nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if s, ok := l.open[dir]; ok {
		return s.ID(), nil
	}
	provider, err := folderProvider(dir)
	if err != nil {
		return "", err
	}
	s, err := session.NewSession(context.WithoutCancel(ctx), sharedKey(dir))
	if err != nil {
		return "", fmt.Errorf("opening a session for %q: %w", dir, err)
	}
	s.Allow(provider)
	if err := l.run(ctx, s); err != nil {
		return "", fmt.Errorf("opening a session for %q: %w", dir, err)
	}
	l.open[dir] = s
	return s.ID(), nil
}

// run returns once the engine has taken the session, and lets it go on.
func (l *localSessions) run(ctx context.Context, s *session.Session) error {
	dialled := make(chan error, 1)
	l.running.Go(func() {
		// The error is that of the dialler, or of a connection that ended: the
		// builds that use it fail with it.
		_ = s.Run(context.WithoutCancel(ctx), func(ctx context.Context, proto string, meta map[string][]string) (net.Conn, error) {
			conn, err := l.dial(ctx, proto, meta)
			dialled <- err
			return conn, err
		})
	})
	return <-dialled
}

// close ends all sessions and waits for them.
func (l *localSessions) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.open {
		_ = s.Close() // always nil
	}
	clear(l.open)
	l.running.Wait()
}

// folderProvider shows a folder under both names that builds know it by: their
// context, or an additional one. Owners are root's, as in all builds.
func folderProvider(dir string) (session.Attachable, error) {
	fs, err := fsutil.NewFS(dir)
	if err == nil {
		fs, err = fsutil.NewFilterFS(fs, &fsutil.FilterOpt{Map: func(_ string, st *fstypes.Stat) fsutil.MapResult {
			st.Uid, st.Gid = 0, 0
			return fsutil.MapResultKeep
		}})
	}
	if err != nil {
		return nil, fmt.Errorf("reading the folder %q: %w", dir, err)
	}
	return filesync.NewFSSyncProvider(filesync.StaticDirSource{localContext: fs, localName(dir): fs}), nil
}

// sharedKey lets BuildKit find the copy of a folder that it kept from earlier
// builds, so that only what changed is sent: the machine and the path.
func sharedKey(dir string) string {
	host, _ := os.Hostname() // without it: one key for machines that share paths, which costs a transfer at most
	return short(host + ":" + dir)
}

// short is a name for a text that is too long for one, or has characters that none may have.
func short(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:12])
}

// sharedFolders are the local folders that more than one build reads. It looks
// at the file alone: a folder that is missing is for the build to report.
func sharedFolders(p *project.Project) map[string]bool {
	uses := map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(p.Services)) {
		b := p.Services[name].Build
		if b == nil {
			continue
		}
		for dir := range folders(p, b) {
			uses[dir]++
		}
	}
	shared := map[string]bool{}
	for dir, n := range uses {
		shared[dir] = n > 1
	}
	return shared
}

// folders are those that one build section names.
func folders(p *project.Project, b *types.BuildConfig) map[string]bool {
	dirs := map[string]bool{}
	add := func(context string) {
		if !strings.Contains(context, "://") && !strings.HasPrefix(context, types.ServicePrefix) && !isRemote(context) {
			dirs[absolute(context, p.WorkingDir)] = true
		}
	}
	add(b.Context)
	for _, value := range b.AdditionalContexts {
		add(value)
	}
	return dirs
}
