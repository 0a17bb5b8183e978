package dial

import (
	"fmt"
	"io"
	"net/http"
	"regexp"

	"github.com/compose-orchestrator/compose/hint"
)

// What an engine may answer: docker's client reads an answer, and each message of
// a stream, into memory.
const (
	maxAnswer  = 64 << 20 // bytes of an answer
	maxMessage = 16 << 20 // bytes of a message in a stream
	// maxValues bounds the values of an answer or message: "[{},{}" takes a hundred
	// times its bytes here. A list of five thousand containers has as many.
	maxValues = 500_000
)

// bounded refuses answers of an engine that would exhaust this machine. Logs and
// archives are not bounded: they are passed on and not kept.
type bounded struct{ http.RoundTripper }

var (
	// passed are the routes whose answers are bytes and not JSON.
	passed = regexp.MustCompile(`/(containers/[^/]+/(logs|archive|export|attach|attach/ws)|exec/[^/]+/start|images/get|images/[^/]+/get|grpc|session)$`)
	// streams are the routes that answer with one message of JSON after the other.
	streams = regexp.MustCompile(`/(events|containers/[^/]+/stats|images/create|images/load|images/.+/push|build)$`)
)

// Bounded is a transport whose answers have an end: see bounded.
func Bounded(t http.RoundTripper) http.RoundTripper { return bounded{t} }

// RoundTrip bounds what is read of the answer.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.RoundTripper.RoundTrip(r)
	if err != nil || response.StatusCode == http.StatusSwitchingProtocols {
		return response, err
	}
	response.Body = answer{response.Body}
	switch failed := response.StatusCode >= http.StatusBadRequest; {
	case !failed && passed.MatchString(r.URL.Path):
	case !failed && streams.MatchString(r.URL.Path):
		response.Body = &boundedBody{ReadCloser: response.Body, most: maxMessage, messages: true}
	default:
		response.Body = &boundedBody{ReadCloser: response.Body, most: maxAnswer}
	}
	return response, nil
}

// boundedBody fails where more is read than there may be.
type boundedBody struct {
	io.ReadCloser
	most     int
	messages bool // each line that ends an object is a message of its own
	read     int  // of the answer or message
	last     byte // that is no space

	values   int  // of the answer or message: its commas outside of texts
	inText   bool // of JSON
	verbatim bool // after a backslash in a text
}

func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	for _, c := range p[:n] {
		b.count(c)
		switch {
		case b.read > b.most:
			return 0, tooMuch(fmt.Sprintf("%d MiB", b.most>>20))
		case b.values > maxValues:
			return 0, tooMuch(fmt.Sprintf("%d values", maxValues))
		}
	}
	return n, err
}

// count takes a byte of the answer.
func (b *boundedBody) count(c byte) {
	b.read++
	switch {
	case c == '\n':
		if b.messages && b.last == '}' {
			b.read, b.values = 0, 0
		}
		return
	case c == ' ', c == '\t', c == '\r':
		return
	case b.verbatim:
		b.verbatim = false
	case c == '"':
		b.inText = !b.inText
	case b.inText:
		b.verbatim = c == '\\'
	case c == ',':
		b.values++
	}
	b.last = c
}

func tooMuch(most string) error {
	return hint.New("the engine's answer has more than "+most+", of which no more is read",
		"is this an engine? Check DOCKER_HOST and the docker context")
}
