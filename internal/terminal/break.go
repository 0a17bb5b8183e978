package terminal

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// Broken are the lines of a text, which may break at a space or behind a |, and nowhere
// else. Further lines are indented. cols 0: it is one line.
func Broken(text string, cols, indent int) []string {
	if cols <= 0 || runewidth.StringWidth(text) <= cols {
		return []string{text}
	}
	start := text[:len(text)-len(strings.TrimLeft(text, " "))]
	var lines []string
	line, width, begun := start, len(start), false
	for _, word := range wordsOf(text[len(start):]) {
		text, space := strings.TrimRight(word, " "), len(word)-len(strings.TrimRight(word, " "))
		w := runewidth.StringWidth(text)
		if begun && width+w > cols {
			lines = append(lines, strings.TrimRight(line, " "))
			line, width = strings.Repeat(" ", indent), indent
		}
		line, width, begun = line+text+strings.Repeat(" ", space), width+w+space, true
	}
	return append(lines, strings.TrimRight(line, " "))
}

// wordsOf are the pieces of a text that may stand on different lines, with the spaces
// behind them.
func wordsOf(text string) (words []string) {
	from := 0
	for i := 1; i < len(text); i++ {
		if text[i] != ' ' && (text[i-1] == ' ' || text[i-1] == '|') {
			words, from = append(words, text[from:i]), i
		}
	}
	return append(words, text[from:])
}
