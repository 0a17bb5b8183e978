package project

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/dotenv"

	"github.com/compose-orchestrator/compose/project/document"
	"github.com/compose-orchestrator/compose/project/limits"
)

// FuzzDotEnv: an env file is read, statement by statement, as compose-go reads it at
// once, and a mistake has its line.
func FuzzDotEnv(f *testing.F) {
	for _, seed := range []string{
		"A=b\nexport C='d\ne' # f\nG=\"h${A}\\n\"\n", "A: b", "A", "A=", "=b", "A='b", "A=\"b\\\"\nc\"\nD=e", "A=b'c'd", "A='b' C='d'", "A=$HOME$$X${X:-y}${X:?no}",
		"\ufeffA=b\r\nC=d\r\n", "A=b #c\nD=e#f", "A=\"$\"", "export", "export A", "A=\\\nb", "A = b", "A=`b`", "A.B-C[0]=d", "A=\"b\"x\nC=d", "# '\nA='b'", "A=\u00a0'b\nc'", "A=b\vC=d", "'A'=b", "A='b\\'c'",
	} {
		f.Add(seed)
	}
	lookup := func(name string) (string, bool) { return "/home", name == "HOME" }
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Count(text, "$") > 12 {
			t.Skip("compose-go has no limits: it would double for ever")
		}
		got := map[string]string{}
		p := envParser{name: "/x/.env", into: got, lookup: lookup, onInvalid: func(*FileError) error { return nil }}
		err := p.read(strings.NewReader(text))
		want, wantErr := dotenv.UnmarshalWithLookup(strings.TrimPrefix(text, "\ufeff"), lookup)
		switch {
		case err == nil && wantErr != nil:
			t.Errorf("%q is taken as %q, and is refused at once: %v", text, got, wantErr)
		case err != nil && wantErr == nil:
			if document.ForeignEncoding([]byte(text)) == "" {
				t.Errorf("%q is refused, and is %q at once: %v", text, want, err)
			}
		case err == nil && !maps.Equal(got, want):
			t.Errorf("%q is %q, and at once %q", text, got, want)
		}
		if err == nil {
			return
		}
		wrong, ok := errors.AsType[*FileError](err)
		if lines := strings.Count(text, "\n") + 1; !ok || wrong.Line < 1 || wrong.Line > lines {
			t.Errorf("%q has no place: %v", text, err)
		}
	})
}

// FuzzRawEnv: format: raw takes what is written, a line a variable, and a file that is
// written of the variables has the same.
func FuzzRawEnv(f *testing.F) {
	for _, seed := range []string{"A=b\n#c\n\nD", "A='$B'\r\n B==c", "=a", "A B=c", "\ufeffA=b", "A=\x00", "A=\xff", "HOME", "A=b\rc\r\r\n", "A\u2028=b"} {
		f.Add(seed)
	}
	lookup := func(name string) (string, bool) { return "/home", name == "HOME" }
	f.Fuzz(func(t *testing.T, text string) {
		got := map[string]string{}
		if err := parseRaw(strings.NewReader(text), "/x/raw", got, lookup); err != nil {
			if wrong, ok := errors.AsType[*FileError](err); !ok || wrong.Line < 1 || wrong.Line > strings.Count(text, "\n")+1 {
				t.Errorf("%q has no place: %v", text, err)
			}
			return
		}
		var written strings.Builder
		written.WriteString("#\n") // a byte order mark is one at the beginning alone
		for _, name := range slices.Sorted(maps.Keys(got)) {
			if name == "" || strings.ContainsAny(name, " \t=") {
				t.Errorf("%q: a variable %q", text, name)
			}
			line := name + "=" + got[name]
			if !strings.Contains(text, line) && line != "HOME=/home" {
				t.Errorf("%q has no %q", text, line)
			}
			written.WriteString(line + "\n")
		}
		again := map[string]string{}
		if err := parseRaw(strings.NewReader(written.String()), "/x/raw", again, lookup); err != nil || !maps.Equal(got, again) {
			t.Errorf("%q is %q, and written and read again %q, %v", text, got, again, err)
		}
	})
}

// FuzzProvided: whatever a container's label says, what is read of it is written as a
// label that says the same.
func FuzzProvided(f *testing.F) {
	for _, seed := range []string{`{"db":{"DB_URL":"x"}}`, `{"a":null}`, `{}`, "null", `{"a":5}`, `{"a":{"b":"\ud800\u0000"}}`, `{"a":{"b":"1"},"a":{"c":"2"}}`, ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, label string) {
		got := ReadProvided(label)
		text, err := got.Label()
		if err != nil {
			t.Fatal(err)
		}
		same := func(a, b map[string]string) bool { return maps.Equal(a, b) }
		if again := ReadProvided(text); !maps.EqualFunc(got, again, same) {
			t.Errorf("%q is %q, and written and read again %q", label, got, again)
		}
	})
}

// FuzzLookedUp: what is looked up where a text is filled in or read as an env file, in
// either format, is among the variables that a remote file is said to take.
func FuzzLookedUp(f *testing.F) {
	for _, seed := range []string{
		"A=''TOKEN", "A='\nB' export TOKEN\n", `A="$\044{"TOKEN`, "\u00a0export\tTOKEN\n", "A: \"${NO:-${TOKEN}}\"TOKEN\n", "TOKEN", "\ufeffTOKEN\r\n#'\nA=\"\\\"TOKEN",
		"$${A} $TOKEN ${A:+${TOKEN?x}}", `A="\0044{TOK\0105N}"`, "A=${Xſ:-$TOKEN}", "export export TOKEN\n",
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, text string, set bool) {
		if strings.Count(text, "$") > 12 {
			t.Skip("it may double for ever")
		}
		said := map[string]bool{}
		lookedUp([]byte(text), func(name string) { said[name] = true })
		look := func(name string) (string, bool) {
			if name != "" && !said[name] {
				t.Errorf("%q looks up %q, which is not among %q", text, name, slices.Sorted(maps.Keys(said)))
			}
			return "x", set
		}
		_, _ = limits.Substitute(text, look)
		_ = parseDotEnv(strings.NewReader(text), "/x/.env", map[string]string{}, look)
		_ = parseRaw(strings.NewReader(text), "/x/raw", map[string]string{}, look)
	})
}
