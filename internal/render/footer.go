package render

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// Footer is the line that stays at the bottom of a terminal, below all else: a
// prompt with what was typed, or keys and what they do.
type Footer struct {
	Prompt, Typed string
	Keys          []Key
}

// Key is a key and what it does.
type Key struct{ Key, Does string }

func (f Footer) empty() bool { return f.Prompt == "" && len(f.Keys) == 0 }

// line is the footer in at most so many columns. Of a prompt the end is seen,
// of the keys as many as fit.
func (f Footer) line(cols int, s style) textLine {
	if f.Prompt != "" {
		typed := cleanText(f.Typed)
		room := max(cols-runewidth.StringWidth(f.Prompt)-2, 0)
		if w := runewidth.StringWidth(typed); w > room {
			typed = runewidth.TruncateLeft(typed, w-room, "")
		}
		text := runewidth.Truncate(f.Prompt+" "+typed, max(cols-1, 0), "")
		return textLine{s.in(bold, text) + "▏", runewidth.StringWidth(text) + 1}
	}
	var l textLine
	for _, k := range f.Keys {
		text := k.Key + " " + k.Does
		if l.width > 0 {
			text = "   " + text
		}
		w := runewidth.StringWidth(text)
		if l.width+w > cols {
			break
		}
		shown := strings.Replace(text, k.Key, s.in(bold, k.Key), 1)
		l.text += strings.Replace(shown, " "+k.Does, " "+s.in(dim, k.Does), 1)
		l.width += w
	}
	return l
}

// Footer shows a line at the bottom of the terminal, in place of the last one;
// the zero value takes it away. Other displays than ModeTTY have none: it
// returns false.
func (r *Renderer) Footer(f Footer) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	t, ok := r.d.(*tty)
	if ok {
		t.setFooter(f)
	}
	return ok
}
