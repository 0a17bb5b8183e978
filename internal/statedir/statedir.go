// Package statedir is the folder in which this machine's user keeps what the
// program has to remember from one call to the next.
package statedir

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/compose-orchestrator/compose/internal/ownership"
	"github.com/compose-orchestrator/compose/internal/regular"
)

// name is the program's folder below that of all programs.
const name = "compose-orchestrator"

// Dir is the folder's path. It may not exist yet. On Linux it is below
// $XDG_STATE_HOME (XDG Base Directory Specification, 0.8), which counts where it
// is absolute, or ~/.local/state; on macOS below ~/Library/Application Support;
// on Windows below %LocalAppData%. It is an error if the environment names no
// home folder.
func Dir(getenv func(string) string) (string, error) {
	if dir := getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, name), nil
	}
	base, variable := getenv("HOME"), "HOME"
	if runtime.GOOS == "windows" {
		base, variable = getenv("LocalAppData"), "%LocalAppData%"
	}
	if base == "" {
		return "", fmt.Errorf("no folder for state: %s is not set", variable)
	}
	switch runtime.GOOS {
	case "windows":
	case "darwin":
		base = filepath.Join(base, "Library", "Application Support")
	default:
		base = filepath.Join(base, ".local", "state")
	}
	return filepath.Join(base, name), nil
}

// secretSize is the length of a secret in bytes.
const secretSize = 32

// Secret returns 32 random bytes that stay the same from the first call on. They
// are kept in the file of that name in dir, as hexadecimal digits, readable by
// its owner alone; folder and file are made where they are missing. Calls at the
// same time return the same bytes. It is an error if the file cannot be read or
// made, or holds something else.
func Secret(dir, file string) ([]byte, error) {
	path := filepath.Join(dir, file)
	secret, err := readSecret(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return secret, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := makeSecret(dir, path); err != nil {
		return nil, err
	}
	return readSecret(path)
}

func readSecret(path string) ([]byte, error) {
	text, err := readOwn(path)
	if err != nil {
		return nil, err
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(secret) != secretSize {
		return nil, fmt.Errorf("%s does not hold %d bytes as hexadecimal digits", path, secretSize)
	}
	return secret, nil
}

// readOwn reads a small file that is this user's and closed to all others. Another
// user who can put a file there would know the secret.
func readOwn(path string) ([]byte, error) {
	f, err := regular.Open(path)
	if errors.Is(err, regular.ErrOther) {
		return nil, fmt.Errorf("%s is not used: %w", path, regular.ErrOther)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	err = ownership.Check(info)
	if err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		err = fmt.Errorf("others may read it (mode %04o)", info.Mode().Perm())
	}
	if err != nil {
		return nil, fmt.Errorf("%s is not used: %w", path, err)
	}
	return io.ReadAll(io.LimitReader(f, 1<<10))
}

// makeSecret writes a new secret under another name and links it to its own: who
// reads it meanwhile finds all of it or nothing, and of two who make one the
// first wins.
func makeSecret(dir, path string) error {
	secret := make([]byte, secretSize)
	rand.Read(secret) // never fails
	f, err := os.CreateTemp(dir, "new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(hex.EncodeToString(secret) + "\n")
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", f.Name(), err)
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// Keep writes a text of at most 1 KiB into the file of that name in dir, readable by its
// owner alone, in the place of what was there. Folder and file are made where they are
// missing. Errors are those of the file system.
func Keep(dir, file, text string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // it is gone where all went well
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", f.Name(), err)
	}
	return os.Rename(f.Name(), filepath.Join(dir, file))
}

// Kept returns what Keep wrote. It is an error where nothing was kept, and where the file
// is another user's, or open to others.
func Kept(dir, file string) (string, error) {
	text, err := readOwn(filepath.Join(dir, file))
	return string(text), err
}
