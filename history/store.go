package history

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/ownership"
	"github.com/compose-orchestrator/compose/internal/regular"
)

const (
	// Kept is how many deployments stay; older ones go when one begins.
	Kept = 20
	// maxBytes bounds the file of a deployment that is read.
	maxBytes = 32 << 20
	// begins is how often Begin tries for a number that somebody else takes meanwhile.
	begins = 100

	ending     = ".json"
	unfinished = "new-" // begins the names of files that are being written
)

// Store has the deployments of one project at one engine. A file for each, named by its
// number, is put in its place when it is complete. Two commands may use a folder at once.
type Store struct{ dir string }

// Open is the store of a project at an engine, below dir. Nothing is read or made.
func Open(dir, engine, project string) *Store {
	return &Store{filepath.Join(dir, folder(engine), folder(project))}
}

// simple are names that are folders' as they are.
var simple = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$`)

// folder is a name of the engine's or the file's as a folder's: no path, on no system.
func folder(name string) string {
	if simple.MatchString(name) {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:16])
}

// Dir is the store's folder.
func (s *Store) Dir() string { return s.dir }

// Begin writes a deployment that begins, gives it the next number, and lets go of those
// that are too old. The error says why it could not be written.
func (s *Store) Begin(d *Deployment) error {
	root, err := s.open(os.MkdirAll)
	if err != nil {
		return err
	}
	defer root.Close()
	for range begins {
		numbers, err := numbersIn(root)
		if err != nil {
			return err
		}
		d.Schema, d.Number = Schema, 1
		if len(numbers) > 0 {
			d.Number = numbers[len(numbers)-1] + 1
		}
		err = write(root, d, root.Link)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err == nil { // what stays too long does no harm
			_, _ = removeAll(root, numbers[:max(0, len(numbers)+1-Kept)])
			removeUnfinished(root)
		}
		return err
	}
	return errors.New("other commands took each number")
}

// Put writes a deployment that has begun once more.
func (s *Store) Put(d *Deployment) error {
	root, err := s.open(nil)
	if err != nil {
		return err
	}
	defer root.Close()
	return write(root, d, root.Rename)
}

// Listed is a deployment of the list.
type Listed struct {
	Number int
	*Deployment
	// Err says why it cannot be read, and Deployment is nil.
	Err error
}

// List returns the deployments, the oldest first. Where there are none yet it is empty.
// The error says why the folder cannot be read.
func (s *Store) List() ([]Listed, error) {
	root, err := s.open(nil)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer root.Close()
	numbers, err := numbersIn(root)
	all := make([]Listed, 0, len(numbers))
	for _, n := range numbers {
		d, err := read(root, n)
		if at, ok := errors.AsType[*fs.PathError](err); ok {
			err = at.Err // it is known where
		}
		all = append(all, Listed{n, d, err})
	}
	return all, err
}

// Newest returns the deployment with the highest number that can be read; nil: there is
// none. The error says why the folder cannot be read.
func (s *Store) Newest() (*Deployment, error) {
	all, err := s.List()
	for _, l := range slices.Backward(all) {
		if l.Err == nil {
			return l.Deployment, nil
		}
	}
	return nil, err
}

// Get reads one deployment. A *hint.Error says that there is none with this number.
func (s *Store) Get(number int) (*Deployment, error) {
	root, err := s.open(nil)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noSuch(number, nil)
	}
	if err != nil {
		return nil, err
	}
	defer root.Close()
	d, err := read(root, number)
	if errors.Is(err, fs.ErrNotExist) {
		numbers, _ := numbersIn(root)
		return nil, noSuch(number, numbers)
	}
	if err != nil {
		return nil, fmt.Errorf("deployment @%d cannot be read: %w", number, err)
	}
	return d, nil
}

func noSuch(number int, numbers []int) error {
	help := "no deployment of this project is kept"
	if len(numbers) > 0 {
		help = fmt.Sprintf("those kept are @%d to @%d: compose history lists them", numbers[0], numbers[len(numbers)-1])
	}
	return hint.New(fmt.Sprintf("there is no deployment @%d", number), help)
}

// Prune removes all but the newest deployments, of which at least one stays: numbers go on
// from it. It returns the numbers of those that went.
func (s *Store) Prune(keep int) ([]int, error) {
	root, err := s.open(nil)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer root.Close()
	numbers, err := numbersIn(root)
	if err != nil {
		return nil, err
	}
	return removeAll(root, numbers[:max(0, len(numbers)-max(keep, 1))])
}

// open opens the folder, which is this user's alone. make makes it first; nil: nothing
// does.
func (s *Store) open(make func(string, fs.FileMode) error) (*os.Root, error) {
	if make != nil {
		if err := make(s.dir, 0o700); err != nil {
			return nil, err
		}
	}
	info, err := os.Lstat(s.dir)
	if err != nil {
		return nil, err
	}
	if err := ownership.Check(info); err != nil {
		return nil, fmt.Errorf("%s is not used: %w", s.dir, err)
	}
	return os.OpenRoot(s.dir)
}

// numbersIn are those of the deployments in a folder, sorted.
func numbersIn(root *os.Root) ([]int, error) {
	entries, err := fs.ReadDir(root.FS(), ".")
	var numbers []int
	for _, e := range entries {
		name, is := strings.CutSuffix(e.Name(), ending)
		if n, err := strconv.Atoi(name); is && err == nil && n > 0 && name == strconv.Itoa(n) {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, err
}

func fileOf(number int) string { return strconv.Itoa(number) + ending }

// read reads one deployment, and refuses what this program has not written so.
func read(root *os.Root, number int) (*Deployment, error) {
	f, err := regular.OpenIn(root.Name(), fileOf(number))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil {
		err = ownership.Check(info)
	}
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxBytes:
		return nil, fmt.Errorf("it has more than %d MiB", maxBytes>>20)
	}
	return decode(text, number)
}

func decode(text []byte, number int) (*Deployment, error) {
	var form struct{ Schema string }
	if err := json.Unmarshal(text, &form); err != nil {
		return nil, errors.New("it is damaged, or half written")
	}
	if form.Schema != Schema {
		return nil, fmt.Errorf("another version of compose wrote it (%q)", form.Schema)
	}
	d := &Deployment{}
	if err := json.Unmarshal(text, d); err != nil {
		return nil, fmt.Errorf("it is damaged: %w", err)
	}
	d.Number = number
	return d, nil
}

// write writes a deployment under another name, and puts it in its place.
func write(root *os.Root, d *Deployment, place func(from, to string) error) error {
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	name := unfinished + rand.Text()
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = cmp.Or(err, f.Close()); err == nil {
		err = place(name, fileOf(d.Number))
	}
	_ = root.Remove(name) // after a rename it is gone
	return err
}

// removeAll removes deployments. It returns the numbers of those that went.
func removeAll(root *os.Root, numbers []int) (gone []int, err error) {
	for _, n := range numbers {
		if failed := root.Remove(fileOf(n)); failed != nil {
			err = errors.Join(err, failed)
			continue
		}
		gone = append(gone, n)
	}
	return gone, err
}

// removeUnfinished removes what commands that were killed left half written.
func removeUnfinished(root *os.Root) {
	entries, _ := fs.ReadDir(root.FS(), ".")
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && strings.HasPrefix(e.Name(), unfinished) && time.Since(info.ModTime()) > time.Hour {
			_ = root.Remove(e.Name())
		}
	}
}
