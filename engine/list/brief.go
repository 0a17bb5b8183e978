package list

import (
	"regexp"
	"strings"
)

// spans are how docker words a time: "Less than a second", "About an hour", "2 weeks".
var spans = regexp.MustCompile(`(?i)\b(less than a|about an?|\d+) (second|minute|hour|day|week|month|year)s?\b`)

// BriefStatus is Fares with short times, for narrow terminals: "Up 2h (healthy)",
// "Exited (0) 5m ago".
func (l Container) BriefStatus() string { return BriefTime(l.Fares()) }

// BriefTime is a text with short words for times as docker has them: "2 weeks ago" is
// "2w ago", "About an hour" "1h".
func BriefTime(text string) string {
	return spans.ReplaceAllStringFunc(text, func(span string) string {
		of := spans.FindStringSubmatch(span)
		n := of[1]
		switch first := strings.ToLower(n[:1]); first {
		case "l":
			n = "0"
		case "a":
			n = "1"
		}
		unit := strings.ToLower(of[2])
		if unit == "month" {
			return n + "mo" // m is minutes
		}
		return n + unit[:1]
	})
}
