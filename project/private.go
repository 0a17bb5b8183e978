package project

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/mattn/go-shellwords"
)

// Private tells for each word of a command whether it must not be shown: it came from
// a variable, it looks like a credential, or its name or that of the flag before it
// says that it is one.
func (p *Project) Private(command []string) []bool {
	private := make([]bool, len(command))
	var from map[string]bool
	if p.source != nil {
		from = p.source.fromVariables()
	}
	for i, word := range command {
		private[i] = from[word] || private[i] || looksPrivate(word)
		flag := strings.HasPrefix(word, "-") && !strings.Contains(word, "=") && sensitiveName.MatchString(word)
		if flag && i+1 < len(command) {
			private[i], private[i+1] = from[word], true
		}
	}
	return private
}

// looksPrivate tells whether a word is a credential or gives one by name.
func looksPrivate(word string) bool {
	return sensitiveName.MatchString(word) || urlPassword.MatchString(word) ||
		slices.ContainsFunc(secretForms(), func(s secretForm) bool { return s.form.MatchString(word) })
}

// urlPassword is a URL with a password: "postgres://user:secret@db/app".
var urlPassword = regexp.MustCompile(`[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/@:]*:[^\s/@]+@`)

// fromVariables are the words that came into the files' texts by their variables. They
// are found at the first call, of many that may come at once.
func (s *source) fromVariables() map[string]bool {
	s.wordsOnce.Do(func() { s.words = s.substituted() })
	return s.words
}

func (s *source) substituted() map[string]bool {
	words := map[string]bool{}
	for _, text := range s.expansion.Substitutions {
		written := wordsOf(strings.ReplaceAll(text.Written, "$$", "$"))
		for _, word := range wordsOf(text.Filled) {
			if !slices.Contains(written, word) {
				words[word] = true
			}
		}
	}
	return words
}

// wordsOf are a text itself and the words that it is split into, at blanks and as a
// shell does.
func wordsOf(text string) []string {
	words := append([]string{text}, strings.FieldsFunc(text, unicode.IsSpace)...)
	if split, err := shellwords.Parse(text); err == nil {
		words = append(words, split...)
	}
	return words
}
