package render

import (
	"cmp"
	"slices"

	"github.com/mattn/go-runewidth"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// Footer is the last line of a terminal in ModeTTY: a prompt with what was typed, or
// keys and what they do.
type Footer struct {
	Prompt, Typed string
	// Choices are what the typed text may stand for. The first one is what it does
	// stand for, where something was typed.
	Choices []string
	Keys    []Key
}

// Key is a key and what it does.
type Key struct {
	Key, Does string
	// Rank is the order in which keys are left out where there is not enough room: the
	// highest first.
	Rank int
}

func (f Footer) empty() bool { return f.Prompt == "" && len(f.Keys) == 0 }

// line returns the footer in at most cols columns. What was typed is cut off at
// its start; choices and keys that do not fit are left out.
func (f Footer) line(cols int, s style) terminal.Text {
	if f.Prompt != "" {
		return f.question(cols, s)
	}
	keys := slices.Clone(f.Keys)
	for {
		l := keyLine(keys, s)
		if l.Width() <= cols || len(keys) == 0 {
			return l
		}
		last := slices.MaxFunc(keys, func(a, b Key) int { return cmp.Compare(a.Rank, b.Rank) })
		keys = slices.DeleteFunc(keys, func(k Key) bool { return k == last })
	}
}

func keyLine(keys []Key, s style) terminal.Text {
	var l terminal.Text
	for i, k := range keys {
		if i > 0 {
			l = terminal.Join(l, terminal.Value("   "))
		}
		l = terminal.Join(l, s.of(terminal.Bold, k.Key), terminal.Value(" "), s.of(terminal.Dim, k.Does))
	}
	return l
}

// question is the prompt, what was typed, and the choices.
func (f Footer) question(cols int, s style) terminal.Text {
	prompt, typed := terminal.Clean(f.Prompt), terminal.Clean(f.Typed)
	room := max(cols-runewidth.StringWidth(prompt)-2, 0)
	if w := runewidth.StringWidth(typed); w > room {
		typed = runewidth.TruncateLeft(typed, w-room, "")
	}
	text := runewidth.Truncate(prompt+" "+typed, max(cols-1, 0), "")
	l := terminal.Join(s.of(terminal.Bold, text), terminal.Value("▏"))
	for i, choice := range f.Choices {
		sign, text := "  ", s.of(terminal.Dim, choice)
		if i == 0 && f.Typed != "" {
			sign, text = " → ", terminal.Value(choice)
		}
		if choice == f.Typed {
			continue
		}
		room := cols
		if i < len(f.Choices)-1 {
			room -= len(" .") // for the sign that there are more
		}
		next := terminal.Join(l, terminal.Value(sign), text)
		if next.Width() > room {
			if l.Width()+2 <= cols {
				l = terminal.Join(l, s.of(terminal.Dim, " …"))
			}
			break
		}
		l = next
	}
	return l
}

// Footer shows f at the bottom of the terminal in place of the footer before; the
// zero value removes it. In other modes than ModeTTY it returns false and does
// nothing.
func (r *Renderer) Footer(f Footer) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	t, ok := r.d.(*tty)
	if ok {
		t.setFooter(f)
	}
	return ok
}
