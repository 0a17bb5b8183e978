package dial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"regexp"
	"runtime"
	"strings"
	"syscall"

	"github.com/docker/docker/client"

	"github.com/compose-orchestrator/compose/hint"
)

// noEngineError says that no engine answered: what was tried and why each
// failed, a line each. Its hint may have several lines.
type noEngineError struct {
	// Named: the host was asked for, so no other was tried.
	Named bool
	Tried []attempt
	// Machines are hosts of Podman machines that were not tried.
	Machines []string
}

// attempt is a place that was tried.
type attempt struct {
	Host string // "unix:///var/run/docker.sock"
	From string // as Conn.From
	Err  error
}

// missing tells that nothing is at the place: no socket, no program.
func (a attempt) missing() bool { return errors.Is(a.Err, os.ErrNotExist) }

// String is why the attempt failed.
func (a attempt) String() string {
	return fmt.Sprintf("%s: %s", a.Host, a.reason())
}

func (a attempt) reason() string {
	var op *net.OpError
	switch {
	case a.missing():
		return "not there"
	case errors.Is(a.Err, os.ErrPermission):
		return "permission denied"
	case errors.Is(a.Err, syscall.ECONNREFUSED):
		return "connection refused (nothing listens)"
	case errors.Is(a.Err, os.ErrDeadlineExceeded):
		return "no answer in time"
	case errors.As(a.Err, &op):
		return op.Err.Error()
	}
	var u *url.Error
	if errors.As(a.Err, &u) {
		return strings.TrimSpace(u.Err.Error())
	}
	return strings.TrimSpace(a.Err.Error())
}

func (e *noEngineError) Error() string {
	var b strings.Builder
	if e.Named && len(e.Tried) == 1 {
		fmt.Fprintf(&b, "the container engine does not answer: %s (from %s)", e.Tried[0], e.Tried[0].From)
	} else {
		b.WriteString("no container engine found; tried:")
		for _, a := range e.Tried {
			fmt.Fprintf(&b, "\n  %s (%s)", a, a.From)
		}
	}
	return b.String()
}

// Hint is what the user can do about it, the likeliest first, a line each.
func (e *noEngineError) Hint() string { return strings.Join(e.hints(), "\n") }

// Unwrap gives the causes to errors.Is.
func (e *noEngineError) Unwrap() []error {
	var errs []error
	for _, a := range e.Tried {
		errs = append(errs, a.Err)
	}
	return errs
}

func (e *noEngineError) hints() []string {
	var denied, refused, ssh bool
	for _, a := range e.Tried {
		denied = denied || errors.Is(a.Err, os.ErrPermission)
		refused = refused || errors.Is(a.Err, syscall.ECONNREFUSED)
		ssh = ssh || strings.HasPrefix(a.Host, "ssh://")
	}
	var hints []string
	if denied && runtime.GOOS == "linux" {
		hints = append(hints, "join the group docker: sudo usermod -aG docker $USER, then log in again")
	}
	switch {
	case e.Named && ssh:
		return append(hints, "check that ssh reaches the machine without a question, and that docker or podman is installed there")
	case e.Named:
		return append(hints, "start the engine there, or change "+e.Tried[0].From)
	case refused || !denied:
		hints = append(hints, startHint())
	}
	for _, host := range e.Machines {
		hints = append(hints, "a Podman machine is there: DOCKER_HOST="+host+" chooses it")
	}
	return append(hints, "where the engine is elsewhere, set DOCKER_HOST or choose a docker context")
}

func startHint() string {
	if runtime.GOOS == "linux" {
		return "start Docker: sudo systemctl start docker (or install it, or podman)"
	}
	return "start Docker Desktop, or podman machine start"
}

// isConnectFailure tells a host that cannot be reached from one that answered
// something unsuitable, and from a configuration that cannot be used.
func isConnectFailure(err error) bool {
	var u *url.Error
	var op *net.OpError
	return errors.As(err, &u) || errors.As(err, &op)
}

// Unreachable tells whether err means that there is no engine to talk to: none
// was found, or the one there was went away. A cancelled context is not that, nor is
// the loss of a registry, nor an archive that ends too soon.
func Unreachable(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var none *noEngineError
	var op *net.OpError
	var cut *cutOff
	switch {
	case errors.As(err, &none), errors.As(err, &cut), client.IsErrConnectionFailed(err):
		return true
	}
	return errors.As(err, &op) && (op.Net == "unix" || op.Net == "npipe") // of a connection that is no request
}

// cutOff is the end of a connection in the midst of an engine's answer.
type cutOff struct{ error }

// Unwrap gives the cause to errors.Is.
func (c *cutOff) Unwrap() error { return c.error }

// answer is an engine's, whose early end is a *cutOff.
type answer struct{ io.ReadCloser }

// Read makes it an io.Reader.
func (a answer) Read(p []byte) (int, error) {
	n, err := a.ReadCloser.Read(p)
	var op *net.OpError
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.As(err, &op) {
		err = &cutOff{err}
	}
	return n, err
}

// otherVersion is how engines refuse a version of the API that they do not speak.
var otherVersion = regexp.MustCompile(`client version \S+ is too (?:new\. Maximum|old\. Minimum) supported API version`)

// Lost tells of a lost connection, and of an engine that was replaced by one of another
// version, what the user can do about it, and gives other errors back as they are.
func Lost(err error) error {
	if err != nil && otherVersion.MatchString(err.Error()) {
		return hint.Wrap(err, "the engine is of another version than it was when the command began: give it again; if DOCKER_API_VERSION is set, leave it out")
	}
	var none *noEngineError
	if !Unreachable(err) || errors.As(err, &none) {
		return err
	}
	return hint.Wrap(err, "the engine went away: see that it runs, then give the command again; it goes on from what is there")
}
