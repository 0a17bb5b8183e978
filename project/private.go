package project

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/mattn/go-shellwords"

	"github.com/compose-orchestrator/compose/project/limits"
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
		private[i] = from[word] || private[i] || p.keptPrivate(word) || looksPrivate(word)
		flag := strings.HasPrefix(word, "-") && !strings.Contains(word, "=") && sensitiveName.MatchString(word)
		if flag && i+1 < len(command) {
			private[i], private[i+1] = from[word] || p.keptPrivate(word), true
		}
	}
	return private
}

// keptPrivate tells of a word of a project that was kept that it came from a variable.
func (p *Project) keptPrivate(word string) bool {
	return len(p.private) > 0 && (p.private[allPrivate] || p.private[p.privateHash(word)])
}

// allPrivate in Kept.Private says that no word is shown.
const allPrivate = "*"

// privateHashes are Kept.Private of the project.
func (p *Project) privateHashes() []string {
	const most = 2000
	if p.source == nil || p.contentKey == nil {
		return p.keptHashes()
	}
	words := p.source.fromVariables()
	if len(words) > most {
		return []string{allPrivate}
	}
	hashes := p.keptHashes()
	for word := range words {
		hashes = append(hashes, p.privateHash(word))
	}
	slices.Sort(hashes)
	return hashes
}

// keptHashes are those that the project was kept with.
func (p *Project) keptHashes() []string { return slices.Sorted(maps.Keys(p.private)) }

func (p *Project) privateHash(word string) string { return p.contentKey().Hash("word " + word) }

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
	room := limits.CommandSquares.Value // for what is written; what is filled in is within
	for _, text := range s.expansion.Substitutions {
		written := map[string]bool{}
		escaped := strings.ReplaceAll(text.Written, "$$", "$")
		for _, word := range wordsOf(escaped) {
			written[word] = true
		}
		filled := wordsOf(text.Filled)
		if s.commands[text.Filled] {
			filled = append(filled, shellWords(text.Filled)...)
			if room -= len(escaped) * len(escaped); room > 0 {
				for _, word := range shellWords(escaped) {
					written[word] = true
				}
			}
		}
		for _, word := range filled {
			if !written[word] {
				words[word] = true
			}
		}
	}
	return words
}

// wordsOf are a text itself and the words that blanks split it into.
func wordsOf(text string) []string {
	return append([]string{text}, strings.FieldsFunc(text, unicode.IsSpace)...)
}

// shellWords are the words that a shell splits a command into, which takes the square of
// the longest; none where it has a mistake.
func shellWords(text string) []string {
	words, err := shellwords.Parse(text)
	if err != nil {
		return nil
	}
	return words
}
