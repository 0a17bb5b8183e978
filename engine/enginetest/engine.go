// Package enginetest is a container engine that lives in memory and speaks the
// Docker Engine's HTTP API (1.51, oldest 1.41), so that programs are tested
// through the real client: an [Engine] is an [http.Handler], [Start] puts one on
// a unix socket.
//
// Requests change real state: containers run, exit and are restarted, networks
// have endpoints, volumes have files, and all of it is told by /events. The
// processes are not the machine's: an interpreter of shell scripts and a small
// set of programs work on the container's own files, which are in memory too.
// Nothing of the host is run or written, and nothing is read but whether a
// bind's source is there, and what Options.HostFolders allows.
//
// Words and status codes are those of Docker 28.5, compared by the tests of
// this package, which run on both. What the API promises and compose does not
// use (swarm, plugins, BuildKit's session) is absent and answers 404.
//
// API: https://docs.docker.com/reference/api/engine/version/v1.51/
package enginetest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/docker/docker/api"
)

// Options says what an engine has at the start. The zero value is an engine
// with the images of [Standard], an empty registry and the real time.
type Options struct {
	// Images are present from the start, by reference ("alpine", "web:1").
	// nil: those of Standard.
	Images map[string]Image
	// Registry is what a pull brings, by reference; see SetRegistry.
	Registry map[string]Image
	// APIVersion is the newest version the engine claims; "" is 1.51.
	APIVersion string
	// HostFolders are folders of the host whose files bind mounts may read, such
	// as a test's own: the containers get copies. None: binds are empty.
	HostFolders []string
	// Binaries run where a container starts a file of such a base name that no
	// interpreter is named in, as one that a build copied into its image.
	Binaries map[string]Program
	// Now is the clock of every time stamp; nil is time.Now. Intervals and grace
	// periods run on the real clock.
	Now func() time.Time
}

// minAPIVersion is the oldest version that is served.
const minAPIVersion = "1.41"

// Engine is a container engine in memory. Its methods and the requests it
// serves are safe for concurrent use. Close it when done.
type Engine struct {
	product     atomic.Pointer[product]
	hostFolders []string
	binaries    map[string]Program
	now         func() time.Time
	routes      []route
	events      *eventLog

	// ctx ends with Close; every process and stream of the engine hangs off it.
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup // processes, monitors and hijacked streams

	mu         sync.Mutex // guards below
	closed     bool
	sequence   int
	containers map[string]*container // by id
	networks   map[string]*network   // by id
	volumes    map[string]*volume    // by name
	binds      map[string]*tree      // what is under a bind's source, by that
	images     map[string]*image     // by id
	tags       map[string]string     // familiar reference with its tag → image id
	registry   map[string]*image     // what a pull brings, likewise
	usage      map[string]Usage      // by a container's name
	execs      map[string]*execution // by id
	calls      map[Route]int
	faults     map[Route][]*Fault
	nextPort   int // of the ephemeral ones
	nextPid    int
}

// product is what an engine says that it is.
type product struct {
	apiVersion string // the newest that it serves
	podman     bool   // see ImitatePodman
}

// New makes an engine; it serves requests at once.
func New(o Options) *Engine {
	e := &Engine{
		hostFolders: o.HostFolders,
		binaries:    o.Binaries,
		now:         o.Now,
		binds:       map[string]*tree{},
		events:      newEventLog(),
		containers:  map[string]*container{},
		networks:    map[string]*network{},
		volumes:     map[string]*volume{},
		images:      map[string]*image{},
		tags:        map[string]string{},
		registry:    map[string]*image{},
		usage:       map[string]Usage{},
		execs:       map[string]*execution{},
		calls:       map[Route]int{},
		faults:      map[Route][]*Fault{},
		nextPort:    32768,
		nextPid:     1000,
	}
	e.product.Store(&product{apiVersion: cmp.Or(o.APIVersion, api.DefaultVersion)})
	if e.now == nil {
		e.now = time.Now
	}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	e.routes = e.table()
	e.addDefaultNetworks()
	if o.Images == nil {
		o.Images = Standard()
	}
	for _, ref := range sortedKeys(o.Images) {
		e.SetImage(ref, o.Images[ref])
	}
	for ref, img := range o.Registry {
		e.SetRegistry(ref, img)
	}
	return e
}

// Close ends every process and stream and waits until they are gone. Requests
// that come later are answered with 503.
func (e *Engine) Close() {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	e.cancel()
	e.wg.Wait()
}

// spawn runs f in a goroutine that Close waits for. It tells whether it did:
// nothing starts on a closed engine. e.mu is held.
func (e *Engine) spawn(f func()) bool {
	if e.closed {
		return false
	}
	e.wg.Go(f)
	return true
}

// newID returns the next id: 64 hex digits that depend only on how many ids
// the engine gave before. e.mu is held.
func (e *Engine) newID() string {
	e.sequence++
	sum := sha256.Sum256(fmt.Appendf(nil, "enginetest %d", e.sequence))
	return hex.EncodeToString(sum[:])
}
