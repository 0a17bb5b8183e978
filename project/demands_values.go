package project

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// maxShown is the length in bytes from which on a value is not shown: it could
// hide what matters in the middle.
const maxShown = 4096

// quoted is a text from a remote file on one line: in quotes, with everything
// escaped that is not printable (strconv.Quote), so that it cannot look like
// something else.
func quoted(text string) string {
	if len(text) > maxShown {
		return fmt.Sprintf("a text of %d bytes, too long to be shown", len(text))
	}
	return strconv.Quote(text)
}

// quotedKey is an attribute's name: as it is where it looks like one, else
// quoted.
func quotedKey(key string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-.", r)
	}
	if key == "" || len(key) > maxShown || strings.ContainsFunc(key, func(r rune) bool { return !plain(r) }) {
		return quoted(key)
	}
	return key
}

// shown is any value on one line, its texts quoted.
func shown(v any) string {
	text := shownWhole(v)
	if len(text) > maxShown {
		return fmt.Sprintf("a value of %d bytes, too long to be shown", len(text))
	}
	return text
}

func shownWhole(v any) string {
	switch v := v.(type) {
	case string:
		return quoted(v)
	case map[string]any:
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, quotedKey(key)+": "+shownWhole(v[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		var parts []string
		for _, entry := range v {
			parts = append(parts, shownWhole(entry))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case nil:
		return "nothing"
	}
	return quotedKey(fmt.Sprint(v))
}

// off tells whether a switch is off. A text that is no boolean may be one after
// all, and so is on.
func off(v any) bool { return v == nil || fmt.Sprint(v) == "false" }

// orQuoted is a text in quotes, or what stands for none.
func orQuoted(text, empty string) string {
	if text == "" {
		return empty
	}
	return quoted(text)
}

func mapping(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// list is a list, or a single value as one.
func list(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case nil:
		return nil
	}
	return []any{v}
}
