package render

import (
	"github.com/mattn/go-runewidth"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// Footer is the last line of a terminal in ModeTTY: a prompt with what was typed, or
// keys and what they do.
type Footer struct {
	Prompt, Typed string
	Keys          []Key
}

// Key is a key and what it does.
type Key struct{ Key, Does string }

func (f Footer) empty() bool { return f.Prompt == "" && len(f.Keys) == 0 }

// line returns the footer in at most cols columns. What was typed is cut off at
// its start; keys that do not fit are left out.
func (f Footer) line(cols int, s style) terminal.Text {
	if f.Prompt != "" {
		prompt, typed := terminal.Clean(f.Prompt), terminal.Clean(f.Typed)
		room := max(cols-runewidth.StringWidth(prompt)-2, 0)
		if w := runewidth.StringWidth(typed); w > room {
			typed = runewidth.TruncateLeft(typed, w-room, "")
		}
		text := runewidth.Truncate(prompt+" "+typed, max(cols-1, 0), "")
		return terminal.Join(s.of(terminal.Bold, text), terminal.Value("▏"))
	}
	var l terminal.Text
	for _, k := range f.Keys {
		next := terminal.Join(s.of(terminal.Bold, k.Key), terminal.Value(" "), s.of(terminal.Dim, k.Does))
		if l.Width() > 0 {
			next = terminal.Join(terminal.Value("   "), next)
		}
		if l.Width()+next.Width() > cols {
			break
		}
		l = terminal.Join(l, next)
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
