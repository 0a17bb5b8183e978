package project

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/project/limits"
)

// FuzzInterpolation holds that no text crashes the program, that one without a
// dollar stays, and that doubled dollars, as config prints them, come back.
func FuzzInterpolation(f *testing.F) {
	for _, seed := range []string{
		"", "plain", "$A", "${A}", "$$A", "${N:-b}", "${N-b}", "${E:-b}", "${E-b}", "${A:+b}", "${N+b}", "${N:?why}", "${E?}",
		"${N:-${M:-c}}", "${N:-${M:?x}}", "${N:-{\"a\": \"b\"}}", "${", "${}", "${N", "$", "$1", "${A/x/y}", "${N:-a}b${N:-c}", "$${N:-a}", "${N:-$$}",
	} {
		f.Add(seed)
	}
	lookup := func(name string) (string, bool) {
		value, ok := map[string]string{"A": "a$value", "E": ""}[name]
		return value, ok
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := limits.Substitute(text, lookup)
		if !strings.Contains(text, "$") && (err != nil || got != text) {
			t.Errorf("%q became %q, %v", text, got, err)
		}
		doubled := strings.ReplaceAll(text, "$", "$$")
		if got, err := limits.Substitute(doubled, lookup); err != nil || got != text {
			t.Errorf("%q became %q, %v", doubled, got, err)
		}
	})
}

// FuzzPort holds what every port that is accepted has, and that the long form,
// as config prints it, is the same port.
func FuzzPort(f *testing.F) {
	for _, seed := range []string{
		"80", "8080:80", "127.0.0.1:8080:80", "127.0.0.1::80", ":80", "80/udp", "8000-8010:80", "8000-8010:9000-9010", "3000-3005", "[::1]:80:80",
		"::1:80:80", "0:80", "65536:80", "80:", "", "a:80", "80:80/sctp", "80:80:80:80", "-1:80", "8080-8070:80", "127.0.0.1:80-90:80-90/tcp", "${P:-80}:80", "0x50:80", " 80:80",
	} {
		f.Add(seed)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		p := again(t, dir, "ports", text)
		if p == nil {
			return
		}
		for _, port := range p.Services["a"].Ports {
			if port.Target == 0 || port.Target > 65535 || port.Protocol == "" {
				t.Errorf("%q: port %+v", text, port)
			}
		}
	})
}

// FuzzVolume holds that every volume that is accepted has a target, and that
// the long form is the same volume.
func FuzzVolume(f *testing.F) {
	for _, seed := range []string{
		"/x", "v:/x", "v:/x:ro", "v:/x:rw,z", ".:/x", "./a:/x", "../a:/x:cached", "~:/x", "~/a:/x", "v:/x:nocopy", "/a:/x:rslave", "/a:/x:Z,ro",
		`C:\a:/x`, `C:/a:/x:ro`, `C:\a:D:\b`, `\\.\pipe\x:\\.\pipe\x`, "", ":", "v:", ":/x", "v:/x:", "a:b:c:d", "${V:-v}:/x", "v:/x:volume-nocopy", "a:/x", "v:x",
	} {
		f.Add(seed)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		p := again(t, dir, "volumes", text)
		if p == nil {
			return
		}
		for _, v := range p.Services["a"].Volumes {
			if v.Type == "" {
				t.Errorf("%q: volume %+v", text, v)
			}
		}
	})
}

// again loads a service with a list that has one text, and once more what that
// is written as; nil where the text is refused. Both must be the same service.
func again(t *testing.T, dir, key, text string) *Project {
	value, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	file := fmt.Sprintf("services: {a: {image: x, %s: [%s]}}\nvolumes: {v: , a: }\n", key, value)
	p, err := loadText(t, dir, file)
	if err != nil {
		if e, ok := errors.AsType[*FileError](err); !ok || e.File == "" || e.Line == 0 {
			t.Errorf("%q: error without a place: %v", text, err)
		}
		return nil
	}
	written, err := p.Marshal(MarshalOptions{})
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	second, err := loadText(t, dir, string(written))
	if err != nil {
		t.Fatalf("%q is written as\n%s, which is refused: %v", text, written, err)
	}
	if first, second := p.Services["a"], second.Services["a"]; !reflect.DeepEqual(first, second) {
		t.Errorf("%q: %+v, and written and read again %+v", text, first, second)
	}
	return p
}

func loadText(t *testing.T, dir, file string) (*Project, error) {
	write(t, filepath.Join(dir, "compose.yaml"), file)
	return Load(t.Context(), Options{WorkDir: dir, Name: "demo", Environ: []string{"HOME=/home/me"}}, nil)
}
